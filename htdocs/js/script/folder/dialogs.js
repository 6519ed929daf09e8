/** The dialogs of the files beside a script: a path, and an archive that replaces them all. */
import { post, query } from "../../api.js";
import { html } from "../../dom.js";
import { FormDialog } from "../../parts/dialog.js";
import { TextField } from "../../parts/form/field.js";
import { useForm } from "../../parts/form/form.js";
import { pathFault } from "./changes.js";

/**
 * @param {{title: string, action: string, path: string, kind: string, others: import("./changes.js").File[],
     onSave: (path: string) => void,
 *   onClose: () => void}} props others: the files with which the path must not collide
 */
export function PathDialog({ title, action, path, kind, others, onSave, onClose }) {
    const form = useForm({ path });
    const save = async (/** @type {{path: string}} */ values) => {
        const wanted = values.path.trim().normalize("NFC");
        const fault = pathFault(wanted, kind, others);
        if (fault) {
            throw Object.assign(new Error(fault), { fields: { path: fault } });
        }
        onSave(wanted);
        onClose();
    };
    return html`<${FormDialog} title=${title} form=${form} onSubmit=${save} onClose=${onClose} action=${action}>
        <${TextField} form=${form} name="path" label="Path" mono autocomplete="off" spellcheck=${false} data-autofocus
            placeholder="lib/common.sh"
            help="Relative to the script. Folders are created with their first file." />
    </${FormDialog}>`;
}

/**
 * @param {{script: import("../../types.js").Script, file: File, onSaved: (script: import("../../types.js").Script) => void,
 *   onClose: () => void}} props
 */
export function ArchiveDialog({ script, file, onSaved, onClose }) {
    const form = useForm({ main: "" });
    const save = async (/** @type {{main: string}} */ { main }) => {
        onSaved(await post("/scripts/upload" + query({ filename: file.name.slice(-80), script: script.id, main: main.trim() }),
            new Blob([file])));
        onClose();
    };
    return html`<${FormDialog} title=${`Replace the folder with ${file.name}`} form=${form} onSubmit=${save} onClose=${onClose}
        action="Replace">
        <p>The script and all files beside it are replaced with those of the archive, as a new version. Earlier versions keep theirs.</p>
        <${TextField} form=${form} name="main" label="File of the script" optional mono autocomplete="off" spellcheck=${false}
            help="The path in the archive. If empty, script.*, main.*, or the only script at the top level." />
    </${FormDialog}>`;
}
