/** The dialogs of saving a script: a note for the version, and the conflict with a newer version. */
import { get } from "../api.js";
import { html } from "../dom.js";
import { plural } from "../format.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { Dialog, FormDialog } from "../parts/dialog.js";
import { Diff } from "../parts/diff.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";

/** @param {{onSave: (note: string) => void, onClose: () => void}} props */
export function NoteDialog({ onSave, onClose }) {
    const form = useForm({ note: "" });
    const save = async (/** @type {any} */ { note }) => {
        onClose();
        onSave(note.trim());
    };
    return html`<${FormDialog} title="Save with a note" form=${form} onSubmit=${save} onClose=${onClose} action="Save">
        <${TextField} form=${form} name="note" label="Note" most=${200} autocomplete="off" data-autofocus help="Describes the change in the list of versions." />
    </${FormDialog}>`;
}

/** @param {{script: import("../types.js").Script, draft: any, onTake: (script: import("../types.js").Script) => void, onOver: (script: import("../types.js").Script) => void, onClose: () => void}} props */
export function ConflictDialog({ script, draft, onTake, onOver, onClose }) {
    const { data: theirs, problem, reload } = useLoad((signal) => get(`/scripts/${script.id}`, signal), [script.id]);
    const take = () => {
        onTake(theirs);
        draft.reset(theirs);
        onClose();
    };
    const over = () => {
        onClose();
        onOver(theirs);
    };
    return html`<${Dialog} title="Someone else saved a newer version" wide onClose=${onClose}>
        <div class="dialog__body">${problem ? html`<${ProblemState} small problem=${problem} onRetry=${reload} />` : !theirs ? html`<${SkeletonRows} rows=${4} />` : html`
            <p>Version ${theirs.latest} is now the latest. Saving yours would make the changes below. All stored versions are kept.</p>
            <${Diff} before=${theirs.code} after=${draft.code} label="Comparison of their code with yours" />
            ${draft.filesChanged
                && html`<p>Your changes of ${plural(Object.keys(draft.changes).length, "file")} would be made to theirs.</p>`}`}</div>
        <div class="dialog__actions"><${Button} onClick=${onClose}>Keep editing</${Button}><${Button} disabled=${!theirs} onClick=${take}>Discard my changes</${Button}>
            <${Button} kind="primary" disabled=${!theirs} onClick=${over}>Save my version</${Button}></div>
    </${Dialog}>`;
}
