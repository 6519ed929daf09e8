/** Whether the studio was upgraded since this page was loaded. Packed files are named by their content, so the present
 * index.html names another program then. The sources, which have one name for ever, are not compared. */
import { createStore } from "../store.js";

const EVERY_MS = 120000;
/** What happens often asks no oftener than this. */
const REST_MS = 5000;
const PROGRAM = /<script type="module" src="([^"]+)"/;

export const update = createStore({ ready: false });
let asked = 0;
let later = 0;

/** The program of this page. */
const own = () => document.querySelector("script[type=module][src]")?.getAttribute("src");

/** Asks what a page that is loaded now would run. An answer that is no such page says nothing. */
export async function checkUpdate() {
    clearTimeout(later);
    if (update.get().ready) {
        return;
    }
    const rest = asked + REST_MS - Date.now();
    if (rest > 0) {
        later = setTimeout(checkUpdate, Math.min(rest, REST_MS));
        return;
    }
    asked = Date.now();
    const text = await fetch("/", { cache: "no-cache" }).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    const program = PROGRAM.exec(text)?.[1];
    if (program && program !== own()) {
        update.set({ ready: true });
    }
}

/** Looks from now on: every while, when the page is looked at again, and when a part of the program is missing.
 * @returns {() => void} ends it */
export function watchUpdates() {
    const look = () => document.visibilityState === "visible" && checkUpdate();
    const missing = () => {
        asked = 0;
        checkUpdate();
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("coagent:missing", missing);
    return () => {
        clearInterval(timer);
        document.removeEventListener("visibilitychange", look);
        window.removeEventListener("coagent:missing", missing);
    };
}

/** Loads the page again; forms keep what was typed (parts/form/form.js). */
export function reloadPage() {
    window.dispatchEvent(new Event("coagent:reload"));
    location.reload();
}
