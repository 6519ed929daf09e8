/** Everything behind the log-in: the rail, the page of the address, and what lies above both. */
import { html, useEffect, useErrorBoundary } from "../dom.js";
import { startLive } from "../live.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { Toasts } from "../parts/toast.js";
import { RoomDialog } from "../room/create-dialog.js";
import { loadRooms } from "../room/rooms.js";
import { place } from "../router.js";
import { routeOf } from "../routes.js";
import { stopSocket } from "../socket.js";
import { useStore } from "../store.js";
import { Banner } from "./banner.js";
import { Page } from "./page-frame.js";
import { Palette } from "./palette.js";
import { Rail } from "./rail.js";
import { ShortcutKeys, Shortcuts } from "./shortcuts.js";
import { drawer, narrow, overlay } from "./state.js";

/** @param {string} path */
function viewOf(path) {
    const found = routeOf(path);
    if (found) {
        const { route: { page, path: pattern, title }, values } = found;
        return html`<${page} key=${pattern + (values.id || "")} title=${title} ...${values} />`;
    }
    return html`<${Page} title="Not found"><${Empty} icon="search" title="Page not found"
        text="Check the address. Some pages require a permission.">
        <${Button} kind="primary" href="/rooms">Go to your rooms</${Button}></${Empty}></${Page}>`;
}

/** A page that breaks does not take the others with it. @param {{path: string}} props */
function View({ path }) {
    const [broken] = useErrorBoundary((error) => console.error(error));
    if (broken) {
        return html`<${Page} title="Something went wrong"><${Empty} icon="warning" title="This page stopped working"
            text="This is a bug in CoAgent, not something you did. Everything you sent is saved.">
            <${Button} kind="primary" icon="refresh" onClick=${() => location.reload()}>Load it again</${Button}></${Empty}></${Page}>`;
    }
    return viewOf(path);
}

export function Frame() {
    const { path } = useStore(place);
    const open = useStore(drawer);
    const isNarrow = useStore(narrow);
    const shown = useStore(overlay);
    useEffect(() => {
        loadRooms();
        startLive();
        return stopSocket;
    }, []);
    return html`<a class="skip-link" href="#main" onClick=${skip}>Skip to content</a>
        <div class=${isNarrow ? "frame frame--narrow" : "frame"}>
            <${Rail} />
            ${open && html`<button type="button" class="frame__scrim" aria-label="Close sidebar" onClick=${() => drawer.set(false)} />`}
            <main class="frame__main" id="main" tabindex="-1"><${Banner} /><${View} key=${path} path=${path} /></main>
        </div>
        ${shown === "palette" && html`<${Palette} />`}
        ${shown === "shortcuts" && html`<${Shortcuts} />`}
        ${shown === "room" && html`<${RoomDialog} />`}
        <${ShortcutKeys} /><${Toasts} />`;
}

/** @param {Event} event */
function skip(event) {
    event.preventDefault();
    document.getElementById("main")?.focus();
}
