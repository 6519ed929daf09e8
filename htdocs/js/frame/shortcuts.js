/** Keyboard shortcuts: the list that ? shows, and the listener behind it. */
import { html, useListener, useRef } from "../dom.js";
import { Dialog } from "../parts/dialog.js";
import { go } from "../router.js";
import { openRoutes } from "../routes.js";
import { drawer, overlay } from "./state.js";

/** Of the frame itself; where g and a letter lead stands in the routes. @type {[string[], string][]} */
const FIRST = [[["Ctrl", "K"], "Search rooms, pages and actions"], [["/"], "Search"]];
/** @type {[string[], string][]} */
const LAST = [
    [["n"], "New room"], [["r"], "Reply to the selected message"], [["e"], "Edit your selected message"],
    [["↑"], "Edit your last message (in an empty composer)"], [["Ctrl", "S"], "Save the script or mapping"],
    [["Ctrl", "Enter"], "Run the script"], [["Ctrl", "F"], "Search the output of a run"], [["Esc"], "Close"], [["?"], "Show keyboard shortcuts"],
];

/** @returns {[string[], string][]} */
const leading = () => openRoutes().flatMap(({ key, title }) => (key ? [/** @type {[string[], string]} */ ([["g", key], title])] : []));

export function Shortcuts() {
    return html`<${Dialog} title="Keyboard shortcuts" onClose=${() => overlay.set("")}>
        <div class="dialog__body"><dl class="shortcuts">
            ${[...FIRST, ...leading(), ...LAST].map(([keys, text]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${text}</dd>`)}
        </dl></div>
    </${Dialog}>`;
}

/** @param {EventTarget | null} target */
const typing = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Draws nothing; listens. */
export function ShortcutKeys() {
    const went = useRef(0);
    useListener(window, "keydown", (/** @type {KeyboardEvent} */ event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
            event.preventDefault();
            overlay.set("palette");
            return;
        }
        if (event.key === "Escape") {
            drawer.set(false);
        }
        if (event.ctrlKey || event.metaKey || event.altKey || typing(event.composedPath()[0]) || document.querySelector("dialog[open]")) {
            return;
        }
        const wanted = event.timeStamp - went.current < 1200 && openRoutes().find(({ key }) => key === event.key);
        if (wanted) {
            went.current = 0;
            event.preventDefault();
            event.stopImmediatePropagation();
            go(wanted.path);
            return;
        }
        went.current = event.key === "g" ? event.timeStamp : 0;
        const action = { "/": "palette", "?": "shortcuts", n: "room" }[event.key];
        if (action) {
            event.preventDefault();
            overlay.set(/** @type {any} */ (action));
        }
    }, { capture: true });
    return null;
}
