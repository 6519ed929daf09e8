/** The frame of every page: a header of 48 px with title, context and at most two buttons and a menu. */
import { html, useEffect, useListener } from "../dom.js";
import { Button } from "../parts/button.js";
import { rooms } from "../room/rooms.js";
import { useStore } from "../store.js";
import { drawer } from "./state.js";

/** @param {{title: string, context?: unknown, actions?: unknown, children?: unknown, bare?: boolean, reading?: boolean}} props bare: the page scrolls by itself */
export function Page({ title, context, actions, children, bare, reading }) {
    const unread = useStore(rooms, ({ items }) => items.reduce((sum, room) => sum + room.unread, 0));
    useEffect(() => {
        document.title = `${unread ? `(${unread}) ` : ""}${title} · CoAgent`;
    }, [title, unread]);
    return html`<div class="page">
        <header class="page__header">
            <span class="page__drawer"><${Button} kind="quiet" icon="menu" label="Open sidebar" onClick=${() => drawer.set(true)} /></span>
            <h1 class="page__title ellipsis">${title}</h1>
            <div class="page__context ellipsis">${context}</div>
            <div class="page__actions">${actions}</div>
        </header>
        ${bare ? children : html`<div class="page__scroll" tabindex="-1">
            <div class=${reading ? "page__content page__content--reading" : "page__content"}>${children}</div></div>`}
    </div>`;
}

/**
 * Details at the right; a sheet on phones.
 * @param {{title: string, onClose: () => void, wide?: boolean, children?: unknown}} props wide: for what has long lines
 */
export function Panel({ title, onClose, wide, children }) {
    useListener(window, "keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], .menu")) {
            onClose();
        }
    });
    return html`<aside class=${wide ? "panel panel--wide" : "panel"} aria-label=${title}>
        <header class="panel__header"><h2>${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></header>
        <div class="panel__body">${children}</div>
    </aside>`;
}
