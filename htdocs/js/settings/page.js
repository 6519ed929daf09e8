/** Settings of the whole studio, for administrators. */
import { get, patch } from "../api.js";
import { html } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";
import { Form } from "../parts/form/form.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm } from "../parts/skeleton.js";
import { tell } from "../parts/toast.js";
import { PACKAGE_SOURCES, SETTINGS } from "../words.js";

/** @typedef {import("../types.js").Settings} Changeable */
const NUMBERS = /** @type {(keyof Changeable)[]} */ (Object.keys(SETTINGS));
const SOURCES = /** @type {(keyof Changeable)[]} */ (Object.keys(PACKAGE_SOURCES));

/** @param {Changeable} settings @returns {Record<string, string>} */
const valuesOf = (settings) => Object.fromEntries([...NUMBERS, ...SOURCES]
    .map((name) => [name, String(settings[name])]));

/** @param {{title: string}} props */
export function Settings({ title }) {
    const { data, problem, reload, setData } = useLoad((signal) => get("/admin/settings", signal), []);
    return html`<${Page} title=${title} context="Studio-wide">
        ${problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : !data ? html`<${SkeletonForm} lines=${3} />`
            : html`<${Numbers} settings=${data} onSaved=${setData} />`}
    </${Page}>`;
}

/** @param {{settings: Changeable, onSaved: (settings: Changeable) => void}} props */
function Numbers({ settings, onSaved }) {
    const form = useEdit(settings, valuesOf);
    const save = async (/** @type {typeof form.values} */ values, /** @type {Changeable} */ { version }) => {
        const wanted = Object.fromEntries([
            ...NUMBERS.map((name) => [name, values[name].trim() === "" ? null : Number(values[name])]),
            ...SOURCES.map((name) => [name, values[name].trim()]),
        ]);
        const saved = await patch("/admin/settings", { version, ...wanted });
        onSaved(saved);
        tell("Settings saved");
        return saved;
    };
    const field = (/** @type {keyof Changeable} */ name) => html`<${TextField} form=${form} name=${name} label=${SETTINGS[name].label}
        help=${SETTINGS[name].help} inputmode="numeric" autocomplete="off" />`;
    return html`<${Form} form=${form} onSubmit=${save} class="">
        <div class="section"><div class="section__about"><h2>Retention of runs</h2><p>Older runs are deleted gradually. Runs in progress are never deleted.</p></div>
            <div class="form">${field("run_retention_days")}${field("run_output_retention_days")}</div></div>
        <div class="section"><div class="section__about"><h2>Storage</h2><p>Users whose storage is full start no runs until some of it is free. You can set another limit for a user on the Users page.</p></div>
            <div class="form">${field("user_storage_mb")}</div></div>
        <div class="section"><div class="section__about"><h2>Packages</h2><p>Where the packages that scripts ask for come from. A script
            needs internet access, or a network that reaches the address. A change applies to the next installations.</p></div>
            <div class="form">${SOURCES.map((name) => html`<${TextField} key=${name} form=${form} name=${name} inputmode="url" autocomplete="off"
                label=${PACKAGE_SOURCES[name].label} help=${PACKAGE_SOURCES[name].help} />`)}
                <div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save</${Button}>
                    ${form.changed && html`<${Button} onClick=${form.discard}>Discard changes</${Button}>`}</div>
            </div></div>
    </${Form}>`;
}
