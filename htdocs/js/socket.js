/** Live connections below /ws: read-only frames, kept open with an exponential back-off. What a frame means is decided by
 * the listeners (js/live.js, js/run/watch.js); completeness comes from the API, by sequence, not from the socket. */
import { get, isForeign, pageUser } from "./api.js";
import { createStore } from "./store.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 15000;

export class Link {
    /** @type {WebSocket | null} */
    #socket = null;
    #timer = 0;
    /** @type {{frame: (frame: any) => void, open: () => void}} */
    #listeners = { frame: () => {}, open: () => {} };

    /** @param {string} address path and query */
    constructor(address) {
        this.address = address;
        /** @type {import("./store.js").Store<{state: "idle" | "connecting" | "live" | "away" | "full", attempt: number}>} */
        this.status = createStore({ state: "idle", attempt: 0 });
    }

    /**
     * @param {{frame: (frame: any) => void, open: () => void}} listeners open is called at each (re)connection: whoever
     *   keeps a copy of server state catches up then
     */
    start(listeners) {
        this.#listeners = listeners;
        addEventListener("online", this.reconnectNow);
        addEventListener("offline", this.#lost);
        this.#connect();
    }

    stop() {
        removeEventListener("online", this.reconnectNow);
        removeEventListener("offline", this.#lost);
        clearTimeout(this.#timer);
        this.#drop();
        this.status.set({ state: "idle", attempt: 0 });
    }

    /** Does not wait for the back-off: the network is back, or the user asks. */
    reconnectNow = () => {
        const { state } = this.status.get();
        if (state === "idle" || state === "live" || isForeign()) {
            return;
        }
        clearTimeout(this.#timer);
        this.#drop();
        this.#connect();
    };

    #connect() {
        const { attempt } = this.status.get();
        let opened = false;
        this.status.set({ state: attempt > 1 ? "away" : "connecting", attempt });
        const user = pageUser() && `${this.address.includes("?") ? "&" : "?"}user=${pageUser()}`;
        const mine = new WebSocket(location.origin.replace(/^http/, "ws") + this.address + user);
        this.#socket = mine;
        mine.onopen = () => {
            opened = true;
            this.status.set({ state: "live", attempt: 0 });
            this.#listeners.open();
        };
        mine.onmessage = ({ data }) => {
            const frame = parse(data);
            if (frame) {
                this.#listeners.frame(frame);
            }
        };
        mine.onclose = () => {
            if (this.#socket !== mine) {
                return;
            }
            this.#socket = null;
            if (opened) {
                this.#wait();
            } else {
                this.#learnWhy();
            }
        };
    }

    /** Refused or unreachable, and a browser does not say which. A person with too many live connections is told so, for
     * another try would end the same way; a session that ended is renewed, or noticed, by the second call. */
    async #learnWhy() {
        const { status } = await fetch(this.address, { cache: "no-store" }).catch(() => ({ status: 0 }));
        if (status === 429 && !this.#socket && this.status.get().state !== "idle") {
            this.status.set({ state: "full", attempt: 2 });
            return;
        }
        await get("/profile").catch(() => {});
        this.#wait();
    }

    /** Tries again after a growing, jittered while; the first time almost at once, as a membership change asks for. */
    #wait() {
        if (this.status.get().state === "idle" || this.#socket || isForeign()) {
            return;
        }
        const attempt = this.status.get().attempt + 1;
        const longest = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT);
        this.status.set({ state: attempt > 1 ? "away" : "connecting", attempt });
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
    }

    #lost = () => {
        this.#drop();
        this.status.set({ state: "away", attempt: Math.max(this.status.get().attempt, 2) });
    };

    #drop() {
        const old = this.#socket;
        this.#socket = null;
        if (old) {
            old.onclose = null;
            old.onmessage = null;
            old.close();
        }
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

/** The connection that the whole page shares: the caller's rooms and news. */
const own = new Link("/ws/live");
export const link = own.status;
export const startSocket = (/** @type {{frame: (frame: any) => void, open: () => void}} */ listeners) => own.start(listeners);
export const stopSocket = () => own.stop();
export const reconnectNow = () => own.reconnectNow();
