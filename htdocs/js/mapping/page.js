/** One mapping: its variables, who sees it, and what uses it. */
import { get, patch } from "../api.js";
import { html, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { useEdit } from "../parts/form/edit.js";
import { Form } from "../parts/form/form.js";
import { useHotkeys } from "../parts/hotkeys.js";
import { Icon } from "../parts/icon.js";
import { LeaveGuard } from "../parts/form/leave-guard.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm } from "../parts/skeleton.js";
import { Ago } from "../parts/time.js";
import { tell } from "../parts/toast.js";
import { go } from "../router.js";
import { DeleteMapping, MappingFields } from "./dialogs.js";
import { EntriesEditor } from "./entries-editor.js";
import { entriesOf, faultsOf, lineOf, rowsOf } from "./entries.js";

/** @param {{id: string, title: string}} props title: while it is loaded */
export function Mapping({ id, title }) {
    const { data: mapping, problem, reload, setData } = useLoad((signal) => get(`/mappings/${id}`, signal), [id]);
    if (!mapping) {
        return html`<${Page} title=${title}>${problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : html`<${SkeletonForm} />`}</${Page}>`;
    }
    return html`<${Edited} key=${mapping.id} mapping=${mapping} onSaved=${setData} />`;
}

/** @param {import("../types.js").Mapping} mapping */
const valuesOf = (mapping) => ({ name: mapping.name, description: mapping.description, visibility: mapping.visibility, rows: rowsOf(mapping.entries) });

const WORDS = { rows: { label: "Variables", text: (/** @type {import("./entries.js").Entry[]} */ rows) => rows.map(lineOf).join("\n") } };

/** @param {{mapping: import("../types.js").Mapping, onSaved: (mapping: import("../types.js").Mapping) => void}} props */
function Edited({ mapping, onSaved }) {
    const form = useEdit(mapping, valuesOf, WORDS);
    const [checked, setChecked] = useState(false);
    const [deleting, setDeleting] = useState(false);
    const { rows } = form.values;
    const save = async (/** @type {typeof form.values} */ { rows: written, ...head }, /** @type {import("../types.js").Mapping} */ { version }) => {
        setChecked(true);
        const faults = Object.keys(faultsOf(written)).length;
        if (faults) {
            throw new Error("Complete or remove the marked variables, then save again.");
        }
        const saved = await patch(`/mappings/${mapping.id}`, { ...head, entries: entriesOf(written), version });
        setChecked(false);
        onSaved(saved);
        tell("Mapping saved");
        return saved;
    };
    const change = (/** @type {import("./entries.js").Entry[]} */ next) => {
        form.setErrors({});
        form.set("rows", next);
    };
    const canSave = mapping.editable && form.changed;
    useHotkeys({ s: () => canSave && form.submit(save) });
    return html`<${Page} title=${mapping.name} context=${mapping.visibility === "private" ? html`<${Icon} name="lock" size=${12} /> private` : html`shared, by <bdi>${mapping.owner?.name}</bdi>`} actions=${html`
            ${mapping.editable && html`<${Button} kind="primary" busy=${form.busy} disabled=${!form.changed} title="Save (Ctrl-S)" onClick=${() => form.submit(save)}>Save</${Button}>
            <${Menu} label="Mapping menu" items=${[form.changed && { text: "Discard changes", icon: "refresh", onSelect: form.discard },
                { text: "Delete…", icon: "trash", danger: true, onSelect: () => setDeleting(true) }]} />`}`}>
        <${Form} form=${form} onSubmit=${save} class="">
            <div class="section"><div class="section__about"><h2>Variables</h2><p>Secrets are stored encrypted, never shown again and hidden in the output of runs.</p></div>
                <${EntriesEditor} rows=${rows} onChange=${change} readOnly=${!mapping.editable} checked=${checked} errors=${form.errors} /></div>
            <div class="section"><div class="section__about"><h2>General</h2></div><fieldset class="form" disabled=${!mapping.editable}><${MappingFields} form=${form} /></fieldset></div>
            <div class="section"><div class="section__about"><h2>Used by</h2><p>Scripts that this mapping is attached to.</p></div><${Users} mapping=${mapping} /></div>
        </${Form}>
        <${LeaveGuard} when=${canSave} what=${mapping.name} />
        ${deleting && html`<${DeleteMapping} mapping=${mapping} onClose=${() => setDeleting(false)} onDone=${() => go("/mappings", { force: true })} />`}
    </${Page}>`;
}

/** @param {{mapping: import("../types.js").Mapping}} props */
function Users({ mapping }) {
    if (!mapping.used_by?.length) {
        return html`<p class="soft">Not used yet. Attach it in a <a href="/scripts">script</a>’s settings. Updated <${Ago} at=${mapping.updated_at} />.</p>`;
    }
    return html`<ul class="list">${mapping.used_by.map((/** @type {import("../types.js").MappingUse} */ { id, name }) => html`<li key=${id}><a class="room-row" href=${`/scripts/${id}?tab=settings`}><${Icon} name="script" />
        <span class="room-row__text room-row__name ellipsis">${name}</span></a></li>`)}</ul>`;
}
