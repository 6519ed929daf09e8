/** A run as it goes on: its document and its output, live while it is not over. Output that the connection did not bring,
 * or that was too much for it, is asked of the API by its offset. */
import { call, get, query } from "../api.js";
import { Output } from "../log/output.js";
import { Link } from "../socket.js";
import { createStore } from "../store.js";
import { isLive } from "./state.js";

/** Bytes that are asked for at once. */
export const PAGE = 262144;
/** A reader who follows is brought to the end when this much is missing; what was skipped is loaded by scrolling. */
const SKIP = 4 * PAGE;
/** How often a run that goes on is looked at: a script's in case that a frame was lost and none follows it, another's
 * because what it says is told to its room. */
const LOOK_MS = 10000;
const LOOK_OTHER_MS = 2000;

export class RunWatch {
    #users = 0;
    #link;
    #known = 0;
    #loaded = false;
    #healing = false;
    #busy = false;
    #drawing = false;
    #timer = 0;

    /** @param {string} id @param {{first?: number}} [options] first: bytes of output to begin with */
    constructor(id, { first = PAGE } = {}) {
        this.id = id;
        this.first = first;
        /** @type {import("../store.js").Store<{run: import("../types.js").Run, problem: import("../api.js").ApiProblem | null}>} */
        this.status = createStore({ run: null, problem: null });
        this.output = new Output();
        /** Counts changes of the output, at most one a frame. */
        this.version = createStore(0);
        /** Whether the reader is at the end. */
        this.following = true;
        this.#link = new Link(`/ws/live?run=${id}`);
    }

    get link() {
        return this.#link.status;
    }

    get loaded() {
        return this.#loaded;
    }

    /** Whether the end of what is held is the end of what there is. */
    get atTail() {
        return this.output.end >= this.#known;
    }

    open() {
        if (this.#users++ === 0) {
            this.load();
        }
    }

    close() {
        if (--this.#users === 0) {
            this.#stop();
        }
    }

    async load() {
        this.status.patch({ problem: null });
        try {
            await Promise.all([this.look(), this.#loaded ? null : this.toTail()]);
        } catch (problem) {
            this.status.patch({ problem });
            return;
        }
        const { run } = this.status.get();
        if (this.#users && isLive(run) && this.#link.status.get().state === "idle") {
            this.#link.start({ frame: (frame) => this.#take(frame), open: () => this.look().catch(() => {}) });
            this.#timer = setInterval(() => this.look().catch(() => {}), run.kind === "script" ? LOOK_MS : LOOK_OTHER_MS);
        }
    }

    /** The document again, and the output as far as it tells of more. */
    async look() {
        this.put(await call("GET", `/runs/${this.id}`, { exact: true }));
    }

    /** The run as the server answered it. @param {import("../types.js").Run} run */
    put(run) {
        this.status.set({ run, problem: null });
        this.#hear(run.output?.bytes || 0);
        if (!isLive(run)) {
            this.#stop();
        }
    }

    #stop() {
        clearInterval(this.#timer);
        if (this.#link.status.get().state !== "idle") {
            this.#link.stop();
        }
    }

    /** @param {any} frame */
    #take(frame) {
        if (frame.output?.run === this.id) {
            this.#takeOutput(frame.output);
        } else if (frame.run?.id === this.id) {
            const { run } = this.status.get();
            this.status.patch({ run: { ...run, state: frame.run.state } });
            this.look().catch(() => {});
        }
    }

    /** @param {any} frame */
    #takeOutput({ offset, bytes, bytes_total: total, stream, at, text }) {
        if (this.#loaded && text !== undefined && offset === this.output.end && !this.#held()) {
            this.output.append([{ offset, stream, at, text }], offset + bytes);
            this.#changed();
        }
        this.#hear(total ?? offset + bytes);
    }

    /** There is output up to here. @param {number} bytes */
    #hear(bytes) {
        this.#known = Math.max(this.#known, bytes);
        this.output.total = Math.max(this.output.total, bytes);
        if (this.#loaded && !this.atTail) {
            this.#changed();
            this.#heal();
        }
    }

    /** A reader in the middle is not disturbed: what they look at would be dropped for what comes. */
    #held() {
        return !this.following && this.output.full;
    }

    #heal() {
        if (!this.#healing) {
            this.#healing = true;
            this.#fetchMissing().catch(() => {}).finally(() => {
                this.#healing = false;
            });
        }
    }

    async #fetchMissing() {
        while (!this.atTail && !this.#held()) {
            const before = this.output.end;
            await (this.following && this.#known - before > SKIP ? this.toTail() : this.later());
            if (this.output.end === before) {
                return;
            }
        }
    }

    /** @param {Record<string, number>} part @returns {Promise<import("../types.js").RunOutput>} */
    #fetch(part) {
        return get(`/runs/${this.id}/output` + query(part));
    }

    /** Only the newest part. */
    async toTail() {
        const page = await this.#fetch({ tail: this.first });
        this.output.clear(page.offset);
        this.#append(page);
    }

    /** From the first byte. */
    async toStart() {
        const page = await this.#fetch({ offset: 0, limit: PAGE });
        this.output.clear(0);
        this.#append(page);
    }

    /** Only what is about a place that was found: of the places of the text that are held then it is the first, or the last.
     * @param {{offset: number, from: number}} place @param {number} size bytes of the text @param {boolean} last */
    async toPlace({ offset, from }, size, last) {
        const begin = Math.max(last ? 0 : from, offset - PAGE / 2);
        const page = await this.#fetch({ offset: begin, limit: Math.max(16, Math.min(PAGE, last ? from + size - 1 - begin : PAGE)) });
        this.output.clear(begin);
        this.#append(page);
        for (let before = begin; this.output.end < offset + size && this.output.end > before; ) {
            before = this.output.end;
            await this.later();
        }
    }

    /** Where a text is next, or was last: all of the output is looked through, from here to its end and then from the other
     * end on. null: nowhere.
     * @param {string} text @param {number} from @param {boolean} backward
     * @param {(part: number) => boolean} go called now and then with the part that was looked through; false: stop
     * @returns {Promise<{offset: number, from: number} | null>} from: where the last stretch began */
    async find(text, from, backward, go) {
        let seen = 0;
        for (let around = 0; around < 2; around++) {
            for (let more = true; more; ) {
                const place = await get(`/runs/${this.id}/output/search` + query({ text, from, backward: String(backward) }));
                if (place.offset !== null) {
                    return { offset: place.offset, from };
                }
                seen += Math.abs(place.next - from);
                if (!go(Math.min(1, seen / Math.max(1, place.bytes)))) {
                    return null;
                }
                from = place.next;
                more = place.more;
                this.#known = Math.max(this.#known, place.bytes);
            }
            from = backward ? this.#known : 0;
        }
        return null;
    }

    /** Loads the chunks after the loaded part. */
    async later() {
        const { end } = this.output;
        const page = await this.#fetch({ offset: end, limit: PAGE });
        if (this.output.end === end) {
            this.#append(page);
        } else {
            this.#changed();
        }
    }

    /** Loads the chunks before the loaded part. */
    async earlier() {
        const { start } = this.output;
        if (this.#busy || start === 0) {
            return;
        }
        this.#busy = true;
        try {
            const from = Math.max(0, start - PAGE);
            const chunks = [];
            for (let next = from; next < start; ) {
                const page = await this.#fetch({ offset: next, limit: start - next });
                chunks.push(...page.chunks);
                next = page.next > next ? page.next : start;
            }
            if (this.output.start === start) {
                this.output.prepend(chunks, from);
                this.#changed();
            }
        } finally {
            this.#busy = false;
        }
    }

    /** @param {any} page */
    #append(page) {
        this.output.append(page.chunks, page.next);
        this.output.total = Math.max(page.bytes, page.next);
        this.output.truncated = page.truncated;
        this.output.removed = page.removed;
        this.#known = Math.max(this.#known, page.bytes);
        this.#loaded = true;
        this.#changed();
        // A page has so many chunks at the most: of small ones it may end before the end.
        if (this.following && !this.atTail) {
            this.#heal();
        }
    }

    /** The reader is at the end again, or has left it. @param {boolean} on */
    follow(on) {
        this.following = on;
        if (on && !this.atTail) {
            this.#heal();
        }
    }

    /** Lets everybody draw once more what is held. */
    redraw() {
        this.#changed();
    }

    #changed() {
        if (!this.#drawing) {
            this.#drawing = true;
            requestAnimationFrame(() => {
                this.#drawing = false;
                this.version.set(this.version.get() + 1);
            });
        }
    }
}
