/** The form of an account. */
import { patch, post } from "../api.js";
import { html } from "../dom.js";
import { FormDialog } from "../parts/dialog.js";
import { Check, SelectField, TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";
import { tell } from "../parts/toast.js";
import { me } from "../session.js";
import { PERMISSIONS } from "../words.js";

/** @param {import("../types.js").Account | null} user */
const valuesOf = (user) => ({
    name: user?.name || "", email: user?.email || "", handle: user?.handle || "", password: "", role: user?.role || "user",
    storage_mb: String(user?.storage_mb ?? ""),
    permissions: user?.permissions || Object.keys(PERMISSIONS).filter((name) => PERMISSIONS[name].given),
});

/** @param {{user: import("../types.js").Account, onClose: () => void, onSaved: (user: import("../types.js").Account) => void}} props user null: a new one */
export function UserDialog({ user, onClose, onSaved }) {
    const form = useEdit(user, valuesOf);
    const save = async (/** @type {typeof form.values} */ { password, handle, storage_mb: storage, ...rest },
        /** @type {import("../types.js").Account} */ seen) => {
        const given = { ...(password && { password }), ...(handle && { handle }), ...(user && { storage_mb: wholeNumber(storage) }) };
        const body = { ...rest, ...given };
        const saved = seen ? await patch(`/admin/users/${seen.id}`, { ...body, version: seen.version }) : await post("/admin/users", body);
        onSaved(saved);
        tell(user ? "User saved" : `${rest.name} can log in now`);
        return saved;
    };
    const roles = [["user", "User"], ...(me().role === "admin" ? [["admin", "Administrator (all permissions)"]] : [])];
    return html`<${FormDialog} title=${user ? `Edit ${user.name}` : "New user"} wide form=${form} onSubmit=${save} onClose=${onClose} action=${user ? "Save" : "Create user"}>
        <div class="form__pair">
            <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" data-autofocus />
            <${TextField} form=${form} name="handle" label="Handle" most=${39} autocomplete="off" optional=${!user} help=${user ? undefined : "Generated from the email if empty."} />
        </div>
        <${TextField} form=${form} name="email" label="Email" type="email" autocomplete="off" />
        <${TextField} form=${form} name="password" label=${user ? "New password" : "Password"} type="password" autocomplete="new-password" optional=${Boolean(user)}
            help=${user ? "Leave empty to keep the current password. Changing it logs the user out everywhere and revokes their API tokens." : "At least 10 characters. Share it securely."} />
        ${user && html`<${TextField} form=${form} name="storage_mb" label="Storage (MB)" inputmode="numeric" autocomplete="off" optional
            help="For the output and files of this user’s runs. 0 = unlimited, empty = as the settings say." />`}
        <${SelectField} form=${form} name="role" label="Role" options=${roles} />
        ${form.values.role !== "admin" && html`<fieldset class="choices"><legend>Permissions</legend>
            ${Object.entries(PERMISSIONS).map(([value, { label, help }]) => html`<${Check} form=${form} name="permissions" value=${value} label=${label} help=${help} />`)}</fieldset>`}
    </${FormDialog}>`;
}

/** What was typed as a whole number; nothing is null, and the server refuses everything else. @param {string} typed */
function wholeNumber(typed) {
    const text = typed.trim();
    return /^\d+$/.test(text) ? Number(text) : text || null;
}
