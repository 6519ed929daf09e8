/** A run in words: what it is, how it came to its end, how long it took. Pure. */
import { duration } from "../format.js";
import { RUN_ENDS, RUN_KINDS, RUN_VIAS } from "../words.js";
import { isLive } from "./state.js";

/** @typedef {import("../types.js").Run} Run */

/** Why it ended as it did; empty when there is nothing to say. @param {Pick<Run, "state" | "reason" | "ended_by" | "exit_code" | "signal">} run */
export function why({ state, reason, ended_by: end, exit_code: code, signal }) {
    if (state === "succeeded" || isLive({ state })) {
        return "";
    }
    if (reason) {
        return reason;
    }
    if (end === "exit") {
        return `Exit code ${code}.`;
    }
    return end === "signal" ? `Killed by signal ${signal}.` : RUN_ENDS[end || ""]?.sentence || "";
}

/** @param {string | null | undefined} via */
export const through = (via) => RUN_VIAS[via || ""]?.label || via || "";

/** @param {string} kind */
export const kindOf = (kind) => RUN_KINDS[kind]?.label || kind;

/** @param {Run} run */
export const nameOf = (run) => run.name || run.script?.name || run.agent?.name || "Run";

/** "4.2 s", of one that goes on up to now; empty before it has begun. @param {Run} run @param {number} [now] */
export function took(run, now = Date.now()) {
    const start = Date.parse(run.started_at || "");
    const end = run.finished_at ? Date.parse(run.finished_at) : now;
    return start && run.state !== "queued" ? duration(Math.max(0, end - start)) : "";
}
