/** A new script: a name and a kind. Its text comes from a template that works at once. */
import { post } from "../api.js";
import { classes, html, useEffect } from "../dom.js";
import { FormDialog } from "../parts/dialog.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { Pill } from "../parts/pill.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { VisibilityField } from "../parts/visibility.js";
import { SCRIPT_KINDS } from "../words.js";
import { useKinds } from "./load.js";
import { templateOf } from "./templates.js";

/** @typedef {import("./load.js").Kind} Kind */

/** @param {{onClose: () => void, onSaved: (script: import("../types.js").Script) => void}} props */
export function ScriptDialog({ onClose, onSaved }) {
    const kinds = useKinds();
    const form = useForm({ name: "", description: "", kind: "", visibility: "team" });
    useEffect(() => {
        if (kinds && !form.values.kind) {
            form.set("kind", (kinds.find(({ installed }) => installed) || kinds[0]).kind);
        }
    }, [kinds]);
    const save = async (/** @type {any} */ values) => onSaved(await post("/scripts", { ...values, ...templateOf(values.kind) }));
    return html`<${FormDialog} title="New script" wide form=${form} onSubmit=${save} onClose=${onClose} action="Create script" disabled=${!form.values.kind}>
        <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" placeholder="Nightly report" data-autofocus
            help="Shown in lists and used in rooms after /run." />
        <${TextField} form=${form} name="description" label="Description" most=${2000} optional autocomplete="off" />
        ${kinds ? html`<${KindPicker} kinds=${kinds} form=${form} />` : html`<${SkeletonRows} rows=${3} />`}
        <${VisibilityField} form=${form} team="Everyone can view and run it" own="Only you and script managers" />
    </${FormDialog}>`;
}

/** @param {{kinds: Kind[], form: import("../parts/form/form.js").Form}} props */
function KindPicker({ kinds, form }) {
    const silent = kinds.every(({ installed }) => installed === null);
    return html`<fieldset class="choices"><legend>Kind</legend>
        <div class="kinds">${kinds.map((kind) => html`<${KindCard} kind=${kind} chosen=${form.values.kind === kind.kind} onChoose=${() => form.set("kind", kind.kind)} />`)}</div>
        ${form.errors.kind && html`<p class="field__error" role="alert">${form.errors.kind}</p>`}
        ${silent && html`<p class="field__help">No runner has reported its interpreters yet. Runs wait until a runner is available.</p>`}
    </fieldset>`;
}

/** @param {{kind: Kind, chosen: boolean, onChoose: () => void}} props */
function KindCard({ kind: { kind, name, installed, version, install }, chosen, onChoose }) {
    return html`<label class=${classes("kind", installed === false && "kind--absent")}>
        <input type="radio" name="kind" value=${kind} checked=${chosen} disabled=${installed === false} onChange=${onChoose} />
        <span class="kind__card"><b>${name}</b><small>${SCRIPT_KINDS[kind]?.about}</small>
            <span class="kind__state">${installed === false ? html`<${Pill} tone="warn">Not installed</${Pill}><small class="mono">${install}</small>`
                : installed ? html`<${Pill} tone="good">${version || "Installed"}</${Pill}>` : null}</span></span>
    </label>`;
}
