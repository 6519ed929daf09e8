/** Live connections below /ws: read-only frames, kept open with an exponential back-off. What a frame means is decided by
 * the listeners (js/live.js, js/run/watch.js); completeness comes from the API, by sequence, not from the socket. */
import { call, isForeign, pageUser } from "./api.js";
import { createStore } from "./store.js";

const FIRST_WAIT = 250;
const LONGEST_WAIT = 15000;
/** How long a handshake may take, and the question why it failed. */
const HANDSHAKE_MS = 20000;
const QUESTION_MS = 10000;
/** The time between two pulses, until the first one tells it. */
const PULSE_MS = 10000;
/** A connection is taken for dead when two pulses are missing, and some time for their way. */
const PULSES_MISSED = 2.5;
const LONGEST_SILENCE = 300000;

/**
 * Notices a connection that is dead but was never closed: the server sends a pulse every few seconds, and this one has become
 * silent. Time is that of the clock on the wall, because timers of hidden pages are late and those of a sleeping machine
 * stand still. Without a runner there are no pulses on any connection, so the patience doubles with each renewal until one
 * comes, and it differs from page to page.
 */
class Watchdog {
    #heard = 0;
    #pulse = PULSE_MS;
    #doubt = 1;
    #patience = 0;
    #timer = 0;
    #renew;

    /** @param {() => void} renew what is done about a silent connection */
    constructor(renew) {
        this.#renew = renew;
    }

    /** A connection was opened. */
    start() {
        this.#heard = Date.now();
        this.#patience = 1 + Math.random() / 4;
        this.#wait();
    }

    stop() {
        clearTimeout(this.#timer);
    }

    /** Something came. @param {any} frame */
    hear(frame) {
        this.#heard = Date.now();
        if (frame?.pulse) {
            const doubted = this.#doubt > 1;
            this.#pulse = frame.pulse.seconds * 1000;
            this.#doubt = 1;
            if (doubted) {
                this.#wait();
            }
        }
    }

    /** The page is looked at again, or the network has changed: no pulse may be missing. */
    glance() {
        if (this.#silence() > this.#pulse * 1.5) {
            this.#bark();
        }
    }

    #silence() {
        const now = Date.now();
        this.#heard = Math.min(this.#heard, now); // the clock was set back
        return now - this.#heard;
    }

    #longest() {
        return Math.min(this.#pulse * PULSES_MISSED * this.#doubt, LONGEST_SILENCE) * this.#patience;
    }

    #wait() {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#look(), Math.max(this.#longest() - this.#silence(), 1000));
    }

    #look() {
        if (this.#silence() < this.#longest()) {
            this.#wait();
        } else {
            this.#bark();
        }
    }

    #bark() {
        this.#doubt = Math.min(this.#doubt * 2, LONGEST_SILENCE / PULSE_MS);
        this.#renew();
    }
}

export class Link {
    /** @type {WebSocket | null} */
    #socket = null;
    #timer = 0;
    #watchdog = new Watchdog(() => this.#renew());
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
        addEventListener("online", this.#online);
        addEventListener("offline", this.#lost);
        document.addEventListener("visibilitychange", this.#lookAgain);
        this.#connect();
    }

    stop() {
        removeEventListener("online", this.#online);
        removeEventListener("offline", this.#lost);
        document.removeEventListener("visibilitychange", this.#lookAgain);
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

    /** The network is another one, perhaps: what was open may be dead. */
    #online = () => {
        this.#lookAgain();
        this.reconnectNow();
    };

    #lookAgain = () => {
        if (this.status.get().state === "live" && document.visibilityState === "visible") {
            this.#watchdog.glance();
        }
    };

    /** Replaces a connection that has become silent. */
    #renew() {
        if (this.status.get().state === "live" && !isForeign()) {
            this.#drop();
            this.#connect();
        }
    }

    #connect() {
        const { attempt } = this.status.get();
        let opened = false;
        this.status.set({ state: attempt > 1 ? "away" : "connecting", attempt });
        const user = pageUser() && `${this.address.includes("?") ? "&" : "?"}user=${pageUser()}`;
        const mine = new WebSocket(location.origin.replace(/^http/, "ws") + this.address + user);
        const late = setTimeout(() => mine.close(), HANDSHAKE_MS);
        this.#socket = mine;
        mine.onopen = () => {
            opened = true;
            clearTimeout(late);
            this.#watchdog.start();
            this.status.set({ state: "live", attempt: 0 });
            this.#listeners.open();
        };
        mine.onmessage = ({ data }) => {
            const frame = parse(data);
            this.#watchdog.hear(frame);
            if (frame) {
                this.#listeners.frame(frame);
            }
        };
        mine.onclose = () => {
            clearTimeout(late);
            if (this.#socket !== mine) {
                return;
            }
            this.#socket = null;
            this.#watchdog.stop();
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
        const question = { cache: /** @type {const} */ ("no-store"), signal: AbortSignal.timeout(QUESTION_MS) };
        const { status } = await fetch(this.address, question).catch(() => ({ status: 0 }));
        if (status === 429 && !this.#socket && this.status.get().state !== "idle") {
            this.status.set({ state: "full", attempt: 2 });
            return;
        }
        await call("GET", "/profile", { limit: QUESTION_MS }).catch(() => {});
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
        this.#watchdog.stop();
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
