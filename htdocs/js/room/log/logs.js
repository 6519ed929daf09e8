/** The logs of the rooms that were opened, kept complete: gaps, heartbeats and reconnects are answered by asking the
 * API for what follows the newest known sequence. */
import { call, get, query } from "../../api.js";
import { createStore } from "../../store.js";
import { Log } from "./log.js";

const KEPT_ROOMS = 8;
const PAGE = 100;
/** Two handlers may publish in another order than they committed: a short patience before the API is asked. */
const REORDER_MS = 120;
const STALE_RUN_MS = 700;
/** How long the API may take to say what was missed, and when it is asked again; both grow with each failure. */
const ANSWER_MS = 10000;
const AGAIN_MS = 1000;
const MOST_FAILURES = 4;

/** @type {Map<string, LiveLog>} in order of use */
const logs = new Map();

/** @param {string} room */
export const logOf = (room) => logs.get(room);

/** The log of a room, loaded on first use. @param {string} room */
export function openLog(room) {
    const log = logs.get(room) || new LiveLog(room);
    logs.delete(room);
    logs.set(room, log);
    for (const oldest of [...logs.keys()].slice(0, -KEPT_ROOMS)) {
        logs.delete(oldest);
    }
    // A log that was kept may be of a room that is not among the live channels.
    log.catchUp();
    return log;
}

/** @param {string} room */
export const closeLog = (room) => void logs.delete(room);

export function catchUpAll() {
    for (const log of logs.values()) {
        log.catchUp();
    }
}

export class LiveLog extends Log {
    /** @param {string} room */
    constructor(room) {
        super(room);
        /** @type {import("../../store.js").Store<{state: "idle" | "loading" | "ready" | "problem", problem: import("../../api.js").ApiProblem | null, older: boolean}>} */
        this.status = createStore({ state: "idle", problem: null, older: false });
        /** @type {Map<number, any>} events that came too early */
        this.held = new Map();
        /** @type {Promise<void> | null} */
        this.catching = null;
        this.timer = 0;
        this.failures = 0;
    }

    async load() {
        this.status.set({ state: "loading", problem: null, older: false });
        const asked = Date.now();
        try {
            this.reset(await get(`/rooms/${this.room}/events`), asked);
            this.status.patch({ state: "ready" });
            this.#useHeld();
        } catch (problem) {
            this.status.patch({ state: "problem", problem });
        }
    }

    /** One page more of history. */
    async older(limit = PAGE) {
        if (this.status.get().older || !this.more) {
            return;
        }
        this.status.patch({ older: true });
        try {
            this.prepend(await get(`/rooms/${this.room}/events` + query({ before: this.oldest, limit })));
        } finally {
            this.status.patch({ older: false });
        }
    }

    /** Everything after the newest event we have. One at a time. */
    catchUp() {
        const { state } = this.status.get();
        if (state !== "ready") {
            return state === "loading" ? Promise.resolve() : this.load();
        }
        this.catching ??= this.#fetchNewer().then(() => {
            this.failures = 0;
        }, (problem) => this.#tryAgain(problem)).finally(() => {
            this.catching = null;
            this.#useHeld();
        });
        return this.catching;
    }

    /** The connection of the browser may be dead without being closed, so that another one is needed.
     * @param {import("../../api.js").ApiProblem} problem */
    #tryAgain({ status }) {
        if ((status === 0 || status >= 500) && logs.get(this.room) === this) {
            this.failures = Math.min(this.failures + 1, MOST_FAILURES);
            this.#later(AGAIN_MS * 2 ** this.failures);
        }
    }

    async #fetchNewer() {
        for (let more = true; more; ) {
            const asked = Date.now();
            const path = `/rooms/${this.room}/events` + query({ after: this.newest, limit: 200 });
            const page = await call("GET", path, { limit: ANSWER_MS * (this.failures + 1) });
            page.items.forEach((/** @type {any} */ event) => this.append(event));
            this.takeLive(page.live, asked);
            more = page.more && page.items.length > 0;
        }
    }

    /** @param {import("../../types.js").Event} event */
    takeEvent(event) {
        if (this.append(event) === "gap") {
            this.held.set(event.seq, event);
            this.#later(REORDER_MS);
        } else {
            this.#useHeld();
        }
    }

    /** @param {number} seq */
    takeHeartbeat(seq) {
        if (seq > this.newest) {
            this.#later(REORDER_MS);
        }
    }

    /** @param {any} delta */
    takeDelta(delta) {
        if (!this.delta(delta)) {
            this.#later(REORDER_MS);
        }
    }

    /** @param {import("../../types.js").Run} run */
    takeRun(run) {
        if (this.run(run)) {
            this.#later(STALE_RUN_MS);
        }
    }

    #useHeld() {
        for (let next; (next = this.held.get(this.newest + 1)); ) {
            this.append(next);
        }
        for (const seq of [...this.held.keys()].filter((key) => key <= this.newest)) {
            this.held.delete(seq);
        }
        if (this.held.size) {
            this.#later(REORDER_MS);
        }
    }

    /** @param {number} ms */
    #later(ms) {
        this.timer ||= setTimeout(() => {
            this.timer = 0;
            this.catchUp();
        }, ms);
    }
}
