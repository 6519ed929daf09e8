/** Running a script: the form of its parameters at the right, then what became of it in the same place. */
import { post } from "../../api.js";
import { html, useEffect, useState } from "../../dom.js";
import { Panel } from "../../frame/page-frame.js";
import { randomId } from "../../id.js";
import { Button } from "../../parts/button.js";
import { SelectField } from "../../parts/form/field.js";
import { Form, useForm } from "../../parts/form/form.js";
import { Switch } from "../../parts/form/switch.js";
import { place, setQuery } from "../../router.js";
import { RunPanel } from "../../run/panel.js";
import { useStore } from "../../store.js";
import { SCRIPT_APIS } from "../../words.js";
import { mappingOptions, useMappings } from "../load.js";
import { ParameterFields } from "../parameters/fields.js";
import { namesOf } from "../parameters/schema.js";
import { parametersOf, valuesOf } from "../parameters/values.js";
import { LimitFields } from "./limit-fields.js";
import { limitsOf, limitValues, narrowed } from "./limits.js";

const OWN = "own";
const NONE = "none";

/** @param {import("../../types.js").Script} script @param {any} values */
function bodyOf(script, values) {
    const limits = limitsOf(values);
    return {
        parameters: parametersOf(script.parameters, values), version: script.latest, dry_run: values.dry_run,
        ...(values.mapping !== OWN && { mapping: values.mapping === NONE ? null : values.mapping }), ...(Object.keys(limits).length && { limits }),
    };
}

/** @param {{script: import("../../types.js").Script, changed: boolean, onSave: (() => Promise<unknown>) | null, onClose: () => void}} props */
export function ScriptRun({ script, changed, onSave, onClose }) {
    const { query: { run = "" } } = useStore(place);
    const form = useForm({ ...valuesOf(script.parameters), ...limitValues(), dry_run: false, mapping: OWN });
    const start = async (/** @type {any} */ values) => {
        const made = await post(`/scripts/${script.id}/run`, bodyOf(script, values), randomId());
        setQuery({ run: made.id });
    };
    // The form is gone with what had the focus.
    useEffect(() => {
        if (run) {
            /** @type {any} */ (document.querySelector(".script-run button"))?.focus();
        }
    }, [run]);
    return html`<${Panel} wide title=${run ? `Run of ${script.name}` : `Run ${script.name}`} onClose=${onClose}>
        ${run ? html`<div class="script-run"><div><${Button} small icon="back" onClick=${() => setQuery({ run: null })}>Change inputs</${Button}></div>
                <${RunPanel} run=${run} onRun=${(/** @type {any} */ next) => setQuery({ run: next.id })} /></div>`
            : html`<${RunForm} script=${script} form=${form} changed=${changed} onSave=${onSave} onStart=${start} />`}
    </${Panel}>`;
}

/** @param {{script: import("../../types.js").Script, form: import("../../parts/form/form.js").Form, changed: boolean, onSave: (() => Promise<unknown>) | null, onStart: (values: any) => Promise<unknown>}} props */
function RunForm({ script, form, changed, onSave, onStart }) {
    const mappings = useMappings();
    const [more, setMore] = useState(false);
    useEffect(() => {
        /** @type {any} */ (document.querySelector(".run-form input, .run-form select, .run-form textarea, .run-form button[type=submit]"))?.focus();
    }, []);
    const options = [[OWN, script.mapping ? `Script default (${script.mapping.name})` : "Script default (none)"], ...(script.mapping ? [[NONE, "None"]] : []),
        ...mappingOptions(mappings, null).filter(([id]) => id !== script.mapping?.id)];
    return html`<${Form} form=${form} onSubmit=${onStart} class="form run-form">
        ${changed && html`<div class="note row"><span>Your changes are not saved. This runs version ${script.latest}.</span>${onSave && html`<${Button} small onClick=${() => onSave()}>Save</${Button}>`}</div>`}
        ${namesOf(script.parameters).length ? html`<${ParameterFields} schema=${script.parameters} form=${form} />` : html`<p class="soft">This script takes no parameters.</p>`}
        ${script.api !== "none" && html`<p class="note">This script acts through the API in your name. ${SCRIPT_APIS[script.api].help}</p>`}
        <${Switch} label="Dry run" help=${DRY[script.kind]} checked=${form.values.dry_run} onChange=${(/** @type {boolean} */ on) => form.set("dry_run", on)} />
        <details class="run-form__more" open=${more} onToggle=${(/** @type {Event & {target: HTMLDetailsElement}} */ event) => setMore(event.target.open)}><summary>Mapping and limits</summary>
            ${more && html`<div class="form"><${SelectField} form=${form} name="mapping" label="Mapping" options=${options} help="This run receives its variables and secrets as environment variables." />
                <${LimitFields} form=${form} widest=${narrowed(script.runner_limits, script.limits)} help="For this run only. You can only lower the script’s limits." /></div>`}</details>
        <div class="form__actions"><${Button} type="submit" kind="primary" icon="start" busy=${form.busy}>${form.values.dry_run ? "Start dry run" : "Run"}</${Button}>
            <span class="run-form__keys soft small"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span></div>
    </${Form}>`;
}

/** @type {Record<string, string>} */
const DRY = {
    sh: "Checks syntax without running.", python: "Checks syntax without running.", node: "Checks syntax without running.",
    playbook: "Reports changes without applying them.", terraform: "Creates the plan without applying it.", aws: "Checks syntax without running.",
};
