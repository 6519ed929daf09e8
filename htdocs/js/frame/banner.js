/** A thin line when another user has logged in to this browser, when the server can store nothing, when the studio was
 * upgraded, and while the live connection is away. A short break is not worth a word. */
import { html, useEffect, useState } from "../dom.js";
import { session } from "../session.js";
import { link, reconnectNow } from "../socket.js";
import { useStore } from "../store.js";
import { reloadPage, update, watchUpdates } from "./update.js";

const PATIENCE_MS = 1500;

export function Banner() {
    const { state } = useStore(link);
    const { foreign, full } = useStore(session);
    const { ready } = useStore(update);
    const [late, setLate] = useState(false);
    const broken = state === "away" || state === "connecting";
    useEffect(() => {
        setLate(false);
        const timer = broken ? setTimeout(() => setLate(true), PATIENCE_MS) : 0;
        return () => clearTimeout(timer);
    }, [broken]);
    useEffect(watchUpdates, []);
    if (foreign) {
        return html`<div class="banner" role="alert">You are now signed in as somebody else.
            <button type="button" onClick=${() => location.reload()}>Reload</button></div>`;
    }
    if (full) {
        return html`<div class="banner" role="alert">The server’s disk is full: nothing can be saved. Messages that you send are kept here
            and sent later. Tell an administrator.</div>`;
    }
    if (ready) {
        return html`<div class="banner" role="alert">CoAgent was updated. Reload to use the new version; what you have typed is kept.
            <button type="button" onClick=${reloadPage}>Reload</button></div>`;
    }
    if (state === "full") {
        return html`<div class="banner" role="status">
            No live updates here: you have too many windows and programs connected. Close some of them.
            <button type="button" onClick=${reconnectNow}>Connect this window</button>
        </div>`;
    }
    if (!late || !broken) {
        return null;
    }
    return html`<div class="banner" role="status">
        ${navigator.onLine ? "Reconnecting… Your messages are saved and will be sent." : "You’re offline. Your messages are saved and will be sent."}
        <button type="button" onClick=${reconnectNow}>Retry now</button>
    </div>`;
}
