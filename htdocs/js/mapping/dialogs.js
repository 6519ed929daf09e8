/** Making and deleting mappings. */
import { post, remove } from "../api.js";
import { html } from "../dom.js";
import { ConfirmDialog, FormDialog } from "../parts/dialog.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { tell } from "../parts/toast.js";
import { VisibilityField } from "../parts/visibility.js";

/** @param {{form: import("../parts/form/form.js").Form}} props */
export function MappingFields({ form, ...rest }) {
    return html`<${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" placeholder="Production" ...${rest} />
        <${TextField} form=${form} name="description" label="Description" rows=${2} most=${2000} optional />
        <${VisibilityField} form=${form} team="Everyone can attach it to scripts and view variables that are not secret. Only you and mapping managers can edit it" own="Only you and mapping managers. Others can still run scripts that you attach it to" />`;
}

/** @param {{onClose: () => void, onSaved: (mapping: import("../types.js").Mapping) => void}} props */
export function MappingDialog({ onClose, onSaved }) {
    const form = useForm({ name: "", description: "", visibility: "private" });
    const save = async (/** @type {typeof form.values} */ values) => onSaved(await post("/mappings", { ...values, entries: [] }));
    return html`<${FormDialog} title="New mapping" form=${form} onSubmit=${save} onClose=${onClose} action="Create mapping"><${MappingFields} form=${form} data-autofocus /></${FormDialog}>`;
}

/** @param {{mapping: import("../types.js").Mapping, onClose: () => void, onDone: () => void}} props */
export function DeleteMapping({ mapping, onClose, onDone }) {
    const end = async () => {
        await remove(`/mappings/${mapping.id}`);
        tell(`${mapping.name} was deleted`);
        onDone();
    };
    return html`<${ConfirmDialog} title=${`Delete ${mapping.name}?`} action="Delete mapping" phrase=${mapping.name} onConfirm=${end} onClose=${onClose}
        lost="This permanently deletes its variables and secrets. First give the scripts that use it another mapping." />`;
}
