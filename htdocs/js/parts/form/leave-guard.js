/** Work that is not saved is not lost by a click: leaving the page asks first, closing the window asks in the browser's way. */
import { html, useEffect, useListener, useRef, useState } from "../../dom.js";
import { guardLeaving } from "../../router.js";
import { ConfirmDialog } from "../dialog.js";

/** @param {{when: boolean, what: string, onLose?: () => void}} props what: "this script" */
export function LeaveGuard({ when, what, onLose = () => {} }) {
    const [leave, setLeave] = useState(/** @type {any} */ (null));
    useEffect(() => (when ? guardLeaving((go) => setLeave(() => go)) : undefined), [when]);
    const kept = useRef(false);
    useListener(window, "coagent:reload", () => {
        kept.current = true; // the forms have kept it
    });
    useListener(window, "beforeunload", (event) => {
        if (when && !kept.current) {
            event.preventDefault();
        }
    });
    const lose = async () => {
        onLose();
        leave();
    };
    return leave && html`<${ConfirmDialog} title="Leave without saving?" action="Discard changes" lost=${`You have unsaved changes to ${what}.`}
        onConfirm=${lose} onClose=${() => setLeave(null)} />`;
}
