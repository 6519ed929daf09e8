/** The keys of one page: Ctrl-S, Ctrl-Enter. They come before the editor's own, and not while a dialog asks something. */
import { useListener } from "../dom.js";
import { isComposing } from "./keys.js";

/** @param {Record<string, () => void>} keys "s", "Enter": what Ctrl with it does */
export function useHotkeys(keys) {
    useListener(window, "keydown", (/** @type {KeyboardEvent} */ event) => {
        const work = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && !isComposing(event) && keys[event.key];
        if (work && !document.querySelector("dialog[open]")) {
            event.preventDefault();
            event.stopPropagation();
            work();
        }
    }, { capture: true });
}
