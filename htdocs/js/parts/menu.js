/** A button that opens a list of actions. Arrow keys move, Escape closes, the focus goes back to the button. */
import { classes, html, useLayoutEffect, useListener, useRef, useState } from "../dom.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/**
 * @typedef {{text: string, icon?: string, danger?: boolean, disabled?: boolean, onSelect: () => void} | null} MenuItem
 *   null draws a line
 */

/** @param {{label: string, items: (MenuItem | false | undefined)[], icon?: string, small?: boolean}} props */
export function Menu({ label, items, icon = "more", small }) {
    const [open, setOpen] = useState(false);
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    const shown = items.filter((item) => item !== false && item !== undefined);
    const close = () => {
        setOpen(false);
        box.current?.querySelector("button")?.focus();
    };
    return html`<span class="menu-box" ref=${box}>
        <${Button} kind="quiet" icon=${icon} small=${small} label=${label} aria-haspopup="menu" aria-expanded=${String(open)}
            onClick=${() => setOpen(!open)} />
        ${open && html`<${List} items=${shown} label=${label} anchor=${box} onClose=${close} />`}
    </span>`;
}

/** @param {{items: MenuItem[], label: string, anchor: {current: HTMLElement | null}, onClose: () => void}} props */
function List({ items, label, anchor, onClose }) {
    const list = useRef(/** @type {HTMLElement | null} */ (null));
    useLayoutEffect(() => {
        const menu = /** @type {HTMLElement} */ (list.current);
        place(menu, /** @type {HTMLElement} */ (anchor.current));
        menu.querySelector("button")?.focus();
    }, []);
    useListener(document, "mousedown", (event) => !anchor.current?.contains(event.target) && onClose());
    useListener(window, "resize", onClose);
    const move = (/** @type {KeyboardEvent} */ event) => {
        const buttons = [...(list.current?.querySelectorAll("button:not(:disabled)") || [])];
        const at = buttons.indexOf(/** @type {any} */ (document.activeElement));
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
        if (event.key === "Escape" || event.key === "Tab") {
            event.stopPropagation();
            event.preventDefault();
            onClose();
        } else if (to !== undefined) {
            event.preventDefault();
            /** @type {HTMLElement} */ (buttons[to % buttons.length]).focus();
        }
    };
    const select = (/** @type {any} */ item) => {
        onClose();
        item.onSelect();
    };
    return html`<div class="menu" role="menu" aria-label=${label} ref=${list} onKeyDown=${move}>
        ${items.map((item) => item === null ? html`<div class="menu__line" role="separator" />` : html`
            <button type="button" role="menuitem" tabindex="-1" disabled=${item.disabled}
                class=${classes("menu__item", item.danger && "menu__item--danger")} onClick=${() => select(item)}>
                ${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.text}</span>
            </button>`)}
    </div>`;
}

/** Below the button and inside the window. @param {HTMLElement} menu @param {HTMLElement} anchor */
function place(menu, anchor) {
    const spot = anchor.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const below = spot.bottom + 4 + size.height <= innerHeight - 8;
    menu.style.top = `${below ? spot.bottom + 4 : Math.max(8, spot.top - 4 - size.height)}px`;
    menu.style.left = `${Math.max(8, Math.min(spot.right - size.width, innerWidth - size.width - 8))}px`;
}
