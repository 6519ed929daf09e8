/** The live connection, /ws/live: read-only frames, kept open with an exponential back-off. What a frame means is
 * decided by the listeners (js/live.js); completeness comes from the API, by sequence, not from the socket. */
import { get } from "./api.js";
import { createStore } from "./store.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 15000;

/** @type {import("./store.js").Store<{state: "idle" | "connecting" | "live" | "away", attempt: number}>} */
export const link = createStore({ state: "idle", attempt: 0 });

/** @type {WebSocket | null} */
let socket = null;
let timer = 0;
/** @type {(frame: any) => void} */
let onFrame = () => {};
/** @type {() => void} */
let onOpen = () => {};

/**
 * @param {{frame: (frame: any) => void, open: () => void}} listeners open is called at each (re)connection: whoever
 *   keeps a copy of server state catches up then
 */
export function startSocket(listeners) {
    onFrame = listeners.frame;
    onOpen = listeners.open;
    addEventListener("online", reconnectNow);
    addEventListener("offline", lost);
    connect();
}

export function stopSocket() {
    removeEventListener("online", reconnectNow);
    removeEventListener("offline", lost);
    clearTimeout(timer);
    drop();
    link.set({ state: "idle", attempt: 0 });
}

/** Does not wait for the back-off: the network is back, or the user asks. */
export function reconnectNow() {
    if (link.get().state === "idle" || link.get().state === "live") {
        return;
    }
    clearTimeout(timer);
    drop();
    connect();
}

function connect() {
    const { attempt } = link.get();
    let opened = false;
    link.set({ state: attempt > 1 ? "away" : "connecting", attempt });
    const mine = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws/live");
    socket = mine;
    mine.onopen = () => {
        opened = true;
        link.set({ state: "live", attempt: 0 });
        onOpen();
    };
    mine.onmessage = ({ data }) => {
        const frame = parse(data);
        if (frame) {
            onFrame(frame);
        }
    };
    mine.onclose = () => {
        if (socket !== mine) {
            return;
        }
        socket = null;
        if (opened) {
            wait();
        } else {
            // Refused or unreachable: a session that ended is renewed, or noticed, by this call.
            get("/profile").catch(() => {}).then(wait);
        }
    };
}

/** Tries again after a growing, jittered while; the first time almost at once, as a membership change asks for. */
function wait() {
    if (link.get().state === "idle" || socket) {
        return;
    }
    const attempt = link.get().attempt + 1;
    const longest = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT);
    link.set({ state: attempt > 1 ? "away" : "connecting", attempt });
    clearTimeout(timer);
    timer = setTimeout(connect, longest * (0.5 + Math.random() / 2));
}

function lost() {
    drop();
    link.set({ state: "away", attempt: Math.max(link.get().attempt, 2) });
}

function drop() {
    const old = socket;
    socket = null;
    if (old) {
        old.onclose = null;
        old.onmessage = null;
        old.close();
    }
}

/** @param {any} data */
function parse(data) {
    try {
        return JSON.parse(data);
    } catch {
        return null;
    }
}
