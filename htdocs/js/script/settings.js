/** What a script is called, who sees it, and what its runs may. */
import { patch } from "../api.js";
import { html } from "../dom.js";
import { Button } from "../parts/button.js";
import { Copyable } from "../parts/copy.js";
import { SelectField, TextField } from "../parts/field.js";
import { Form, useForm } from "../parts/form.js";
import { Switch } from "../parts/switch.js";
import { Ago } from "../parts/time.js";
import { tell } from "../parts/toast.js";
import { VisibilityField } from "../parts/visibility.js";
import { may } from "../session.js";
import { mappingOptions, useMappings } from "./load.js";
import { LimitFields } from "./run/limit-fields.js";
import { limitsOf, limitValues } from "./run/limits.js";

/** @param {import("../types.js").Script} script */
const valuesOf = (script) => ({
    name: script.name, description: script.description, visibility: script.visibility, mapping: script.mapping?.id || "", network: script.network,
    label: script.label || "", retriable: script.retriable, ...limitValues(script.limits),
});

/** @param {any} values */
const bodyOf = (values) => ({
    name: values.name, description: values.description, visibility: values.visibility, mapping: values.mapping || null, network: values.network,
    label: values.label.trim() || null, retriable: values.retriable, limits: limitsOf(values),
});

/** @param {{script: import("../types.js").Script, onSaved: (script: import("../types.js").Script) => void}} props */
export function ScriptSettings({ script, onSaved }) {
    const form = useForm(valuesOf(script));
    const save = async (/** @type {any} */ values) => {
        onSaved(await patch(`/scripts/${script.id}`, { ...bodyOf(values), version: script.version }));
        tell("Settings saved");
    };
    return html`<${Form} form=${form} onSubmit=${save} class=""><fieldset disabled=${!script.editable}>
        <div class="section"><div class="section__about"><h2>What it is</h2><p>The name is what people write in rooms after /run.</p></div>
            <div class="form"><${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" />
                <${TextField} form=${form} name="description" label="What it does" rows=${2} most=${2000} optional />
                <${VisibilityField} form=${form} team="Everybody in the studio sees and runs it" own="Only you, and who manages scripts" /></div></div>
        <div class="section"><div class="section__about"><h2>What it may use</h2><p>The sandbox gives nothing else: no files of the machine, and no network unless it is granted.</p></div>
            <div class="form"><${Permits} script=${script} form=${form} /></div></div>
        <div class="section"><div class="section__about"><h2>Limits</h2><p>A run that reaches one is ended, and says which it was.</p></div>
            <${LimitFields} form=${form} widest=${script.runner_limits} help="Where a field is empty, the limit of the studio holds. Numbers here can only be narrower." /></div>
        <div class="section"><div class="section__about"><h2>Where and how often</h2></div><div class="form">
            <${TextField} form=${form} name="label" label="Runner label" most=${40} optional autocomplete="off" spellcheck=${false} help="It runs only on machines whose runner has this label." />
            <${Switch} label="Run again when its runner dies" help="Only for scripts that may safely run twice. Otherwise such a run ends as lost." checked=${form.values.retriable}
                onChange=${(/** @type {boolean} */ on) => form.set("retriable", on)} disabled=${!script.editable} /></div></div>
        ${script.editable && html`<div class="section"><div /><div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save the settings</${Button}>
            ${form.changed && html`<${Button} onClick=${() => form.setValues(valuesOf(script))}>Discard changes</${Button}>`}</div></div>`}
        <div class="section"><div class="section__about"><h2>Facts</h2></div><div class="stack"><p>Made by ${script.owner?.name} <${Ago} at=${script.created_at} />, changed <${Ago} at=${script.updated_at} />.</p>
            <${Copyable} text=${script.id} label="Copy the id" /></div></div>
    </fieldset></${Form}>`;
}

/** @param {{script: import("../types.js").Script, form: import("../parts/form.js").Form}} props */
function Permits({ script, form }) {
    const mappings = useMappings();
    const grant = may("scripts.network");
    return html`<${SelectField} form=${form} name="mapping" label="Mapping" options=${[["", "None"], ...mappingOptions(mappings, script.mapping)]}
            help=${html`Its variables and secrets are in the environment of each run, whoever starts it. <a href="/mappings">All mappings</a>`} />
        <div class="field"><${Switch} label="Network" checked=${form.values.network} disabled=${!script.editable || (!grant && !form.values.network)}
            onChange=${(/** @type {boolean} */ on) => form.set("network", on)}
            help=${grant ? "Runs reach the internet, never this machine. The grant stays with all later versions." : script.network ? "Granted. Taking it back is final for who may not grant it." : "Only who may grant the network can switch this on."} />
            ${form.errors.network && html`<p class="field__error" role="alert">${form.errors.network}</p>`}</div>`;
}
