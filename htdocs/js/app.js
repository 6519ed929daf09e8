/** Starts the application: the session, then the log-in or, when it is needed, the frame with all pages. */
import { Login, Register } from "./account/login-page.js";
import { html, render, useEffect, useState } from "./dom.js";
import { Button } from "./parts/button.js";
import { Empty } from "./parts/empty.js";
import { Mark } from "./parts/icon.js";
import { go, place, startRouter } from "./router.js";
import { loadSession, session } from "./session.js";
import { useStore } from "./store.js";

function Waiting() {
    return html`<div class="login" role="status" aria-label="Loading"><div class="login__brand"><${Mark} size=${40} /></div></div>`;
}

/** The pages come once somebody is logged in. They cannot when the server was upgraded since this page was loaded. */
function Inside() {
    const [state, setState] = useState(/** @type {{Frame?: typeof import("./frame/frame.js").Frame, failed?: boolean}} */ ({}));
    useEffect(() => {
        import("./frame/frame.js").then(({ Frame }) => setState({ Frame }), (error) => {
            console.warn("The pages could not be loaded.", error);
            setState({ failed: true });
        });
    }, []);
    if (state.failed) {
        return html`<main class="login"><${Empty} icon="warning" title="Couldn’t load the pages"
            text="You may be offline, or CoAgent was upgraded meanwhile."><${Button} kind="primary" icon="refresh"
            onClick=${() => location.reload()}>Reload</${Button}></${Empty}></main>`;
    }
    return state.Frame ? html`<${state.Frame} />` : html`<${Waiting} />`;
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
        return html`<${Waiting} />`;
    }
    if (state === "away") {
        return html`<main class="login"><${Empty} icon="warning" title="Can’t reach the server"
            text="It may be starting, or you may be offline."><${Button} kind="primary" icon="refresh" onClick=${loadSession}>Retry</${Button}></${Empty}></main>`;
    }
    if (state === "in") {
        return atLogin ? null : html`<${Inside} />`;
    }
    return path === "/register" ? html`<${Register} />` : html`<${Login} />`;
}

startRouter();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
loadSession();
