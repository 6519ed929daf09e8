/** Ctrl-K: find a room, a place or an action by typing. A combobox with its list. */
import { html, useMemo, useState } from "../dom.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { isComposing, isEnter } from "../parts/keys.js";
import { rooms } from "../room/rooms.js";
import { go } from "../router.js";
import { openRoutes } from "../routes.js";
import { signOut } from "../session.js";
import { useStore } from "../store.js";
import { overlay } from "./state.js";
import { chooseTheme } from "./theme-button.js";

/** @typedef {{text: string, icon: string, kind: string, run: () => void}} Entry */

/** @param {import("../types.js").Room[]} list @returns {Entry[]} */
function entriesOf(list) {
    const open = (/** @type {string} */ href) => () => go(href);
    return [
        ...list.map((room) => ({ text: room.name, kind: room.archived ? "archived room" : "room", run: open(`/rooms/${room.id}`),
            icon: room.visibility === "public" ? "hash" : "lock" })),
        ...openRoutes().flatMap(({ path, title, icon }) => (icon ? [{ text: title, icon, kind: "place", run: open(path) }] : [])),
        { text: "New room", icon: "plus", kind: "action", run: () => overlay.set("room") },
        { text: "Light theme", icon: "sun", kind: "action", run: () => chooseTheme("light") },
        { text: "Dark theme", icon: "moon", kind: "action", run: () => chooseTheme("dark") },
        { text: "Keyboard shortcuts", icon: "info", kind: "action", run: () => overlay.set("shortcuts") },
        { text: "Log out", icon: "door", kind: "action", run: signOut },
    ];
}

/** Entries whose words begin with what was typed, those that begin with it first. @param {Entry[]} entries @param {string} typed */
function find(entries, typed) {
    const word = typed.trim().toLowerCase();
    const rank = (/** @type {Entry} */ { text }) => (text.toLowerCase().startsWith(word) ? 0 : 1);
    return entries.filter(({ text }) => text.toLowerCase().includes(word)).sort((a, b) => (word ? rank(a) - rank(b) : 0)).slice(0, 50);
}

export function Palette() {
    const { items } = useStore(rooms);
    const [typed, setTyped] = useState("");
    const [at, setAt] = useState(0);
    const entries = useMemo(() => entriesOf(items), [items]);
    const found = find(entries, typed);
    const close = () => overlay.set("");
    const run = (/** @type {Entry | undefined} */ entry) => {
        close();
        entry?.run();
    };
    const press = (/** @type {KeyboardEvent} */ event) => {
        if (isComposing(event)) {
            return;
        }
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 + found.length }[event.key];
        if (to !== undefined && found.length) {
            event.preventDefault();
            setAt(to % found.length);
            document.getElementById(`palette-${to % found.length}`)?.scrollIntoView({ block: "nearest" });
        } else if (isEnter(event)) {
            event.preventDefault();
            // The list may be of the text before the last key.
            const { value } = /** @type {HTMLInputElement} */ (event.target);
            run(value === typed ? found[at] : find(entries, value)[0]);
        }
    };
    return html`<${Dialog} title="Search" bare class="palette" onClose=${close}>
        <${Icon} name="search" size=${18} />
        <input class="palette__input" data-autofocus role="combobox" aria-label="Search rooms, pages and actions" placeholder="Search rooms, pages and actions"
            aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${found.length ? `palette-${at}` : undefined}
            autocomplete="off" value=${typed} onKeyDown=${press}
            onInput=${(/** @type {import("../dom.js").InputEvent} */ event) => { setTyped(event.target.value); setAt(0); }} />
        <ul class="palette__list" id="palette-list" role="listbox" aria-label="Search results">
            ${found.map((entry, index) => html`<li class="palette__item" role="option" id=${`palette-${index}`}
                aria-selected=${String(index === at)} onMouseMove=${() => setAt(index)} onClick=${() => run(entry)}>
                <${Icon} name=${entry.icon} /><span class="ellipsis">${entry.text}</span><small>${entry.kind}</small></li>`)}
            ${!found.length && html`<li class="palette__none" role="option" aria-selected="false">No results for “${typed}”.</li>`}
        </ul>
    </${Dialog}>`;
}
