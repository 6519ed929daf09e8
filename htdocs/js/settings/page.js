/** Settings of the whole studio, for administrators. */
import { get, patch } from "../api.js";
import { html } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/field.js";
import { Form, useForm } from "../parts/form.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm } from "../parts/skeleton.js";
import { tell } from "../parts/toast.js";

const NAMES = /** @type {const} */ (["run_retention_days", "run_output_retention_days"]);

/** @param {{title: string}} props */
export function Settings({ title }) {
    const { data, problem, reload, setData } = useLoad((signal) => get("/admin/settings", signal), []);
    return html`<${Page} title=${title} context="Studio-wide">
        ${problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : !data ? html`<${SkeletonForm} lines=${2} />`
            : html`<${Retention} key=${JSON.stringify(data)} settings=${data} onSaved=${setData} />`}
    </${Page}>`;
}

/** @param {{settings: import("../types.js").Settings, onSaved: (settings: import("../types.js").Settings) => void}} props */
function Retention({ settings, onSaved }) {
    const form = useForm(Object.fromEntries(NAMES.map((name) => [name, String(settings[name])])));
    const save = async (/** @type {typeof form.values} */ values) => {
        onSaved(await patch("/admin/settings", Object.fromEntries(NAMES.map((name) => [name, values[name].trim() === "" ? null : Number(values[name])]))));
        tell("Settings saved");
    };
    return html`<${Form} form=${form} onSubmit=${save} class="">
        <div class="section"><div class="section__about"><h2>Retention of runs</h2><p>Older runs are deleted gradually. Runs in progress are never deleted.</p></div>
            <div class="form">
                <${TextField} form=${form} name="run_retention_days" label="Keep runs (days)" inputmode="numeric" autocomplete="off" help="0 = keep forever. Deleting a run also deletes its output, files and result." />
                <${TextField} form=${form} name="run_output_retention_days" label="Keep output (days)" inputmode="numeric" autocomplete="off" help="Output takes most of the space. 0 = keep as long as the run." />
                <div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save</${Button}>
                    ${form.changed && html`<${Button} onClick=${() => form.setValues(Object.fromEntries(NAMES.map((name) => [name, String(settings[name])])))}>Discard changes</${Button}>`}</div>
            </div></div>
    </${Form}>`;
}
