import { remove } from "../api.js";
import { html } from "../dom.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { tell } from "../parts/toast.js";

/** @param {{script: import("../types.js").Script, onClose: () => void, onDone: () => void}} props */
export function DeleteScript({ script, onClose, onDone }) {
    const end = async () => {
        await remove(`/scripts/${script.id}`);
        tell(`${script.name} was deleted`);
        onDone();
    };
    return html`<${ConfirmDialog} title=${`Delete ${script.name}?`} action="Delete script" phrase=${script.name} onConfirm=${end} onClose=${onClose}
        lost="This permanently deletes its code, versions and settings, and stops its running runs. The run history stays." />`;
}
