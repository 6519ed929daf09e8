/** A room's log as this browser holds it: an unbroken stretch of events up to the newest, edits and deletions applied,
 * and the answers that are being written. No network here (see logs.js). */
import { isOver } from "../../run/state.js";
import { createStore } from "../../store.js";
import { createAnswer, withDelta, withKept } from "./answer.js";

/** @typedef {import("../../types.js").Event} RoomEvent */
/** @typedef {import("../../store.js").Store<import("./answer.js").Answer>} AnswerStore */

/** Events are kept in buckets of this many sequence numbers; a change replaces only its bucket. */
export const BUCKET = 50;
const SHOWN = new Set(["message", "result", "error", "member", "room"]);
/** A script's run is shown from its start, an agent's by its answer. @param {RoomEvent} event */
const isShown = ({ kind, body }) => SHOWN.has(kind) || (kind === "run" && Boolean(body.script));

export class Log {
    /** @param {string} room */
    constructor(room) {
        this.room = room;
        this.newest = 0;
        this.oldest = 0;
        /** Whether the server has older events. */
        this.more = false;
        /** @type {Map<number, RoomEvent[]>} shown events by bucket, each ascending */
        this.buckets = new Map();
        /** @type {Map<string, AnswerStore>} by run */
        this.answers = new Map();
        /** @type {Set<string>} runs whose result or error is in the log */
        this.finished = new Set();
        /** Counts changes of the list (not of the text of an answer). */
        this.version = createStore(0);
    }

    /** @param {number} seq */
    find(seq) {
        return this.buckets.get(Math.floor(seq / BUCKET))?.find((event) => event.seq === seq);
    }

    /** The newest stretch replaces everything. @param {any} page @param {number} asked when it was asked for */
    reset(page, asked) {
        this.buckets = new Map();
        this.newest = page.last_seq;
        this.oldest = page.items[0]?.seq ?? page.last_seq + 1;
        this.more = page.more;
        page.items.forEach((/** @type {RoomEvent} */ event) => this.#place(event));
        this.takeLive(page.live, asked);
        this.#changed();
    }

    /** Older events: reads have edits and deletions applied already. @param {any} page */
    prepend(page) {
        page.items.forEach((/** @type {RoomEvent} */ event) => this.#place(event));
        this.oldest = Math.min(this.oldest, page.items[0]?.seq ?? this.oldest);
        this.more = page.more && page.items.length > 0;
        this.#changed();
    }

    /**
     * The next event.
     * @param {RoomEvent} event
     * @returns {"applied" | "known" | "gap"}
     */
    append(event) {
        if (event.seq <= this.newest) {
            return "known";
        }
        if (event.seq > this.newest + 1) {
            return "gap";
        }
        this.newest = event.seq;
        this.#apply(event);
        this.#changed();
        return "applied";
    }

    /** @param {RoomEvent} event */
    #apply(event) {
        if (event.kind === "edit" || event.kind === "delete") {
            const old = event.target === null ? undefined : this.find(event.target);
            const body = event.kind === "edit" ? { ...old?.body, ...event.body, edited: true } : { deleted: true };
            if (old) {
                this.#place({ ...old, body });
            }
        } else if (event.kind === "run" && !event.body.script) {
            this.#ask(event);
        } else {
            this.#place(event);
        }
    }

    /** An agent was asked: its answer is shown as waiting until the first words come. @param {RoomEvent} event */
    #ask(event) {
        const run = event.run;
        if (run && event.body.agent && !this.answers.has(run)) {
            this.finished.delete(run);
            this.answers.set(run, createAnswer({ run, agent: event.body.agent, trigger: event.reply_to }));
        }
    }

    /** @param {RoomEvent} event */
    #place(event) {
        if (event.run && (event.kind === "result" || event.kind === "error")) {
            this.finished.add(event.run);
            this.answers.delete(event.run);
        }
        if (!isShown(event)) {
            return;
        }
        const number = Math.floor(event.seq / BUCKET);
        const others = (this.buckets.get(number) || []).filter(({ seq }) => seq !== event.seq);
        this.buckets.set(number, [...others, event].sort((a, b) => a.seq - b.seq));
    }

    /** @param {any} delta @returns {boolean} false when something before it is missing */
    delta(delta) {
        if (this.finished.has(delta.run)) {
            return true;
        }
        let answer = this.answers.get(delta.run);
        if (!answer) {
            answer = createAnswer({ run: delta.run, agent: delta.agent });
            this.answers.set(delta.run, answer);
            this.#changed();
        }
        const next = withDelta(answer.get(), delta);
        if (next) {
            answer.set(next);
        }
        return Boolean(next);
    }

    /** @param {import("../../types.js").Run} run @returns {boolean} whether the run has ended while its answer is still shown */
    run(run) {
        const answer = this.answers.get(run.id);
        if (isOver(run.state)) {
            return Boolean(answer);
        }
        if (answer) {
            answer.patch({ state: run.state });
        } else if (run.agent) {
            this.finished.delete(run.id);
            this.answers.set(run.id, createAnswer({ run: run.id, agent: run.agent, state: run.state, trigger: run.trigger_seq ?? null }));
            this.#changed();
        }
        return false;
    }

    /**
     * The live runs as the API lists them: the truth about which there are.
     * @param {import("../../types.js").LiveRun[]} list
     * @param {number} asked when it was asked for: what began later is not in it
     */
    takeLive(list, asked) {
        const named = new Set(list.map(({ run }) => run));
        for (const [run, answer] of this.answers) {
            if (!named.has(run) && answer.get().since < asked) {
                this.answers.delete(run);
            }
        }
        for (const live of list.filter(({ run, agent }) => agent && !this.finished.has(run))) {
            const answer = this.answers.get(live.run) || createAnswer({ run: live.run, agent: live.agent, trigger: live.trigger_seq });
            answer.set(withKept(answer.get(), live));
            this.answers.set(live.run, answer);
        }
        this.#changed();
    }

    #changed() {
        this.version.set(this.version.get() + 1);
    }
}
