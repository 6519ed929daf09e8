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
    return html`<${ConfirmDialog} title=${`Delete ${script.name}?`} action="Delete the script" phrase=${script.name} onConfirm=${end} onClose=${onClose}
        lost="Its code, all its versions and its settings are lost, and what of it is running is stopped. The history of its runs stays." />`;
}
