/** The name, visibility and permissions of a script. */
import { patch } from "../api.js";
import { html } from "../dom.js";
import { Button } from "../parts/button.js";
import { Copyable } from "../parts/copy.js";
import { Check, SelectField, TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";
import { Form } from "../parts/form/form.js";
import { Switch } from "../parts/form/switch.js";
import { Ago } from "../parts/time.js";
import { tell } from "../parts/toast.js";
import { VisibilityField } from "../parts/visibility.js";
import { may } from "../session.js";
import { SCRIPT_APIS } from "../words.js";
import { mappingOptions, useMappings, useNetworks } from "./load.js";
import { CacheField } from "./run/cache-field.js";
import { LimitFields } from "./run/limit-fields.js";
import { limitsOf, limitValues } from "./run/limits.js";

/** @param {import("../types.js").Script} script */
const valuesOf = (script) => ({
    name: script.name, description: script.description, visibility: script.visibility, mapping: script.mapping?.id || "",
    network: script.network, networks: script.networks.map(({ id }) => id), api: script.api, label: script.label || "",
    retriable: script.retriable, cache: script.cache, ...limitValues(script.limits),
});

/** @param {any} values */
const bodyOf = (values) => ({
    name: values.name, description: values.description, visibility: values.visibility, mapping: values.mapping || null,
    network: values.network, networks: values.networks, api: values.api, label: values.label.trim() || null, retriable: values.retriable,
    cache: values.cache, limits: limitsOf(values),
});

/** @param {{script: import("../types.js").Script, onSaved: (script: import("../types.js").Script) => void}} props */
export function ScriptSettings({ script, onSaved }) {
    const form = useEdit(script, valuesOf);
    const save = async (/** @type {any} */ values, /** @type {import("../types.js").Script} */ { version }) => {
        const saved = await patch(`/scripts/${script.id}`, { ...bodyOf(values), version });
        onSaved(saved);
        tell("Settings saved");
        return saved;
    };
    return html`<${Form} form=${form} onSubmit=${save} class=""><fieldset disabled=${!script.editable}>
        <div class="section"><div class="section__about"><h2>General</h2><p>People use the name in rooms after /run. With a script of
                their own with this name, they use ${script.owner?.handle}/NAME.</p></div>
            <div class="form"><${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" />
                <${TextField} form=${form} name="description" label="Description" rows=${2} most=${2000} optional />
                <${VisibilityField} form=${form} team="Everyone can view and run it" own="Only you and script managers" /></div></div>
        <div class="section"><div class="section__about"><h2>Access</h2><p>Runs have no other access: no files of the server, and no network unless you allow it.</p></div>
            <div class="form"><${Permits} script=${script} form=${form} /></div></div>
        <div class="section"><div class="section__about"><h2>Limits</h2><p>A run that exceeds a limit is ended, and its status names the limit.</p></div>
            <${LimitFields} form=${form} widest=${script.runner_limits} help="Empty fields use the studio’s limits. You can only lower them." /></div>
        <div class="section"><div class="section__about"><h2>Execution</h2></div><div class="form">
            <${TextField} form=${form} name="label" label="Runner label" most=${40} optional autocomplete="off" spellcheck=${false} help="Runs only on servers whose runner has this label." />
            <${Switch} label="Retry if the runner crashes" help="Turn on only if running twice is safe. Otherwise the run ends as lost." checked=${form.values.retriable}
                onChange=${(/** @type {boolean} */ on) => form.set("retriable", on)} disabled=${!script.editable} />
            <${CacheField} script=${script} form=${form} onCleared=${onSaved} /></div></div>
        ${script.editable && html`<div class="section"><div /><div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save settings</${Button}>
            ${form.changed && html`<${Button} onClick=${form.discard}>Discard changes</${Button}>`}</div></div>`}
        <div class="section"><div class="section__about"><h2>Details</h2></div><div class="stack"><p>Created by <bdi>${script.owner?.name}</bdi> <${Ago} at=${script.created_at} />, updated <${Ago} at=${script.updated_at} />.</p>
            <${Copyable} text=${script.id} label="Copy ID" /></div></div>
    </fieldset></${Form}>`;
}

const ACTING = " They act in the name of the user who starts them, with no more rights, and only while they are in progress.";

/** @param {{script: import("../types.js").Script, form: import("../parts/form/form.js").Form}} props */
function Permits({ script, form }) {
    const mappings = useMappings();
    const grant = may("scripts.network");
    return html`<${SelectField} form=${form} name="mapping" label="Mapping" options=${[["", "None"], ...mappingOptions(mappings, script.mapping)]}
            help=${html`Every run receives its variables and secrets as environment variables. <a href="/mappings">All mappings</a>`} />
        <div class="field"><${Switch} label="Internet access" checked=${form.values.network} disabled=${!script.editable || (!grant && !form.values.network)}
            onChange=${(/** @type {boolean} */ on) => form.set("network", on)}
            help=${grant ? "Allow internet access (never this server). Applies to all future versions." : script.network ? "Enabled. If you turn it off, only someone with permission can turn it on again." : "You need the permission “Allow internet access” to turn this on."} />
            ${form.errors.network && html`<p class="field__error" role="alert">${form.errors.network}</p>`}</div>
        <${Networks} script=${script} form=${form} />
        <${SelectField} form=${form} name="api" label="API access" options=${Object.entries(SCRIPT_APIS).map(([key, { label }]) => [key, label])}
            help=${`${SCRIPT_APIS[form.values.api].help}${form.values.api === "none" ? "" : ACTING}`} />`;
}

/**
 * Who may not give a network can take it away.
 * @param {{script: import("../types.js").Script, form: import("../parts/form/form.js").Form}} props
 */
function Networks({ script, form }) {
    const networks = useNetworks();
    if (!networks.length) {
        return null;
    }
    const had = new Set(script.networks.map(({ id }) => id));
    return html`<fieldset class="choices"><legend>Networks</legend>
        ${networks.map(({ id, name, description, grantable }) => html`<${Check} form=${form} name="networks" value=${id} label=${name}
            help=${description || undefined} disabled=${!grantable && !had.has(id)} />`)}
        <p class="field__help">Addresses that an administrator has named. They stay reachable for all future versions.</p>
        ${form.errors.networks && html`<p class="field__error" role="alert">${form.errors.networks}</p>`}</fieldset>`;
}
