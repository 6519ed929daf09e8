/** Starts the application: session, routes, frame. */
import { Login, Register } from "./account/login-page.js";
import { html, render, useEffect, useErrorBoundary } from "./dom.js";
import { Banner } from "./frame/banner.js";
import { Page } from "./frame/page-frame.js";
import { Palette } from "./frame/palette.js";
import { Rail } from "./frame/rail.js";
import { ShortcutKeys, Shortcuts } from "./frame/shortcuts.js";
import { drawer, narrow, overlay } from "./frame/state.js";
import { startLive } from "./live.js";
import { Button } from "./parts/button.js";
import { Empty } from "./parts/empty.js";
import { Mark } from "./parts/icon.js";
import { Toasts } from "./parts/toast.js";
import { RoomDialog } from "./room/create-dialog.js";
import { loadRooms } from "./room/rooms.js";
import { go, place, startRouter } from "./router.js";
import { routeOf } from "./routes.js";
import { loadSession, session } from "./session.js";
import { stopSocket } from "./socket.js";
import { useStore } from "./store.js";

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

function Frame() {
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

function App() {
    const { state } = useStore(session);
    const { path } = useStore(place);
    const atLogin = path === "/login" || path === "/register";
    useEffect(() => {
        if (state === "in" && atLogin) {
            const { to } = place.get().query;
            go(to?.startsWith("/") && !to.startsWith("//") ? to : "/rooms", { replace: true });
        }
    }, [state, atLogin]);
    if (state === "unknown") {
        return html`<div class="login" role="status" aria-label="Loading"><div class="login__brand"><${Mark} size=${40} /></div></div>`;
    }
    if (state === "away") {
        return html`<main class="login"><${Empty} icon="warning" title="Can’t reach the server"
            text="It may be starting, or you may be offline."><${Button} kind="primary" icon="refresh" onClick=${loadSession}>Retry</${Button}></${Empty}></main>`;
    }
    if (state === "in") {
        return atLogin ? null : html`<${Frame} />`;
    }
    return path === "/register" ? html`<${Register} />` : html`<${Login} />`;
}

startRouter();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
loadSession();
