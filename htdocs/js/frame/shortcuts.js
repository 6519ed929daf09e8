/** Keyboard shortcuts: the list that ? shows, and the listener behind it. */
import { html, useListener, useRef } from "../dom.js";
import { Dialog } from "../parts/dialog.js";
import { go } from "../router.js";
import { may } from "../session.js";
import { drawer, overlay } from "./state.js";

/** @type {[string[], string][]} */
const LIST = [
    [["Ctrl", "K"], "Search rooms, places and actions"], [["/"], "Search"], [["g", "r"], "Rooms"], [["g", "a"], "Agents"],
    [["g", "s"], "Scripts"], [["g", "h"], "Runs, the history"], [["g", "m"], "Mappings"], [["g", "u"], "Users"], [["g", "p"], "Profile"], [["n"], "Make a room"],
    [["r"], "Reply to the selected message"], [["e"], "Edit the selected message of yours"], [["↑"], "In an empty composer: edit your last message"],
    [["Ctrl", "S"], "Save the script or mapping"], [["Ctrl", "Enter"], "Run the script"], [["Ctrl", "F"], "In an output: search in it"], [["Esc"], "Close"], [["?"], "This list"],
];
/** @type {Record<string, string>} */
const PLACES = { r: "/rooms", a: "/agents", s: "/scripts", h: "/runs", m: "/mappings", u: "/users", p: "/profile" };

export function Shortcuts() {
    return html`<${Dialog} title="Keyboard shortcuts" onClose=${() => overlay.set("")}>
        <div class="dialog__body"><dl class="shortcuts">
            ${LIST.map(([keys, text]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${text}</dd>`)}
        </dl></div>
    </${Dialog}>`;
}

/** @param {any} target */
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
        if (event.timeStamp - went.current < 1200 && PLACES[event.key]) {
            went.current = 0;
            event.preventDefault();
            event.stopImmediatePropagation();
            if (event.key !== "u" || may("users.manage")) {
                go(PLACES[event.key]);
            }
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
