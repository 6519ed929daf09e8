/** Personal API tokens: made with scopes, shown once, revocable. */
import { get, post, query, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { Copyable } from "../parts/copy.js";
import { ConfirmDialog, Dialog, FormDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { Check, SelectField, TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { Icon } from "../parts/icon.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Ago } from "../parts/time.js";
import { SCOPES } from "../words.js";

const DAY_MS = 86400000;
/** @type {[string, string][]} */
const LIVES = [["30", "30 days"], ["90", "90 days"], ["365", "A year"], ["", "Never"]];

export function ApiTokens() {
    const list = useList((cursor, signal) => get("/profile/tokens" + query({ cursor }), signal), []);
    const [making, setMaking] = useState(false);
    const [made, setMade] = useState(/** @type {import("../types.js").NewApiToken | null} */ (null));
    const [ending, setEnding] = useState(/** @type {import("../types.js").ApiToken | null} */ (null));
    const add = html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>New token</${Button}>`;
    const done = (/** @type {import("../types.js").NewApiToken} */ token) => {
        setMaking(false);
        setMade(token);
        list.reload();
    };
    const revoke = async () => {
        await remove(`/profile/tokens/${ending.id}`);
        list.reload();
    };
    return html`<section class="section"><div class="section__about"><h2>API tokens</h2>
            <p>For programs that act as you. API reference: <a href="/docs">/docs</a>.</p></div>
        <div class="stack">
            ${list.problem ? html`<${ProblemState} small problem=${list.problem} onRetry=${list.reload} />`
                : !list.items ? html`<${SkeletonRows} rows=${2} />`
                : !list.items.length ? html`<${Empty} small icon="key" title="No tokens" text="A token lets a script or a service use the API in your name.">${add}</${Empty}>`
                : html`<ul class="list">${list.items.map((token) => html`<${TokenRow} key=${token.id} token=${token} onRevoke=${() => setEnding(token)} />`)}</ul><div>${add}</div>`}
        </div>
        ${making && html`<${TokenDialog} onClose=${() => setMaking(false)} onMade=${done} />`}
        ${made && html`<${Dialog} title="Your new token" wide onClose=${() => setMade(null)}><div class="dialog__body">
            <p>Copy it now. It is stored only as a hash and cannot be shown again.</p><${Copyable} text=${made.token} label="Copy token" /></div>
            <div class="dialog__actions"><${Button} kind="primary" onClick=${() => setMade(null)}>I have it</${Button}></div></${Dialog}>`}
        ${ending && html`<${ConfirmDialog} title=${`Revoke “${ending.name}”?`} action="Revoke" onConfirm=${revoke} onClose=${() => setEnding(null)}
            lost="Programs that use this token lose access immediately. This cannot be undone." />`}
    </section>`;
}

/** @param {{token: import("../types.js").ApiToken, onRevoke: () => void}} props */
function TokenRow({ token, onRevoke }) {
    return html`<li class="list__item"><${Icon} name="key" /><div><div class="ellipsis">${token.name}</div>
        <div class="soft small">${token.scopes.join(", ")} · used <${Ago} at=${token.last_used_at} /> · ${token.expires_at ? html`expires <${Ago} at=${token.expires_at} />` : "does not expire"}</div></div>
        <${Button} small onClick=${onRevoke}>Revoke</${Button}></li>`;
}

/** @param {{onClose: () => void, onMade: (token: import("../types.js").NewApiToken) => void}} props */
function TokenDialog({ onClose, onMade }) {
    const form = useForm({ name: "", scopes: ["read"], days: "90" });
    const make = async (/** @type {typeof form.values} */ { name, scopes, days }) =>
        onMade(await post("/profile/tokens", { name, scopes, expires_at: days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null }));
    return html`<${FormDialog} title="New token" form=${form} onSubmit=${make} onClose=${onClose} action="Create token" disabled=${!form.values.scopes.length}>
        <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" placeholder="Nightly report" help="What you will use the token for." data-autofocus />
        <fieldset class="choices"><legend>Scopes</legend>
            ${Object.entries(SCOPES).map(([value, { label, help }]) => html`<${Check} form=${form} name="scopes" value=${value} label=${label} help=${help} />`)}
        </fieldset>
        <${SelectField} form=${form} name="days" label="Expires after" options=${LIVES} />
    </${FormDialog}>`;
}
