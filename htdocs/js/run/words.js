/** A run in words: what it is, how it came to its end, how long it took. Pure. */
import { duration } from "../format.js";
import { isLive } from "./state.js";

/** @typedef {import("../types.js").Run} Run */

/** @type {Record<string, string>} */
const ENDS = {
    memory: "It needed more memory than it may have.", cpu_time: "It used more processor time than it may have.",
    wall_time: "It took longer than it may.", output: "It wrote far more output than is kept.",
    processes: "It started more processes than it may.", disk: "It wrote more to its disk than it may.",
    cancelled: "It was stopped.", start: "It could not be started.", lost: "The runner that executed it is gone.",
};
/** @type {Record<string, string>} */
const VIAS = { api: "API", ui: "this site", room: "a room", job: "a job", mcp: "MCP", agent: "an agent", workflow: "a workflow" };
/** @type {Record<string, string>} */
export const KINDS = { script: "Script", agent: "Agent's answer" };

/** Why it ended as it did; empty when there is nothing to say. @param {Run} run */
export function why({ state, reason, ended_by: end, exit_code: code, signal }) {
    if (state === "succeeded" || isLive({ state })) {
        return "";
    }
    if (reason) {
        return reason;
    }
    if (end === "exit") {
        return `It ended with exit status ${code}.`;
    }
    return end === "signal" ? `It was ended by signal ${signal}.` : ENDS[end || ""] || "";
}

/** @param {string | null | undefined} via */
export const through = (via) => VIAS[via || ""] || via || "";

/** @param {Run} run */
export const nameOf = (run) => run.name || run.script?.name || run.agent?.name || "Run";

/** "4.2 s", of one that goes on up to now; empty before it has begun. @param {Run} run @param {number} [now] */
export function took(run, now = Date.now()) {
    const start = Date.parse(run.started_at || "");
    const end = run.finished_at ? Date.parse(run.finished_at) : now;
    return start && run.state !== "queued" ? duration(Math.max(0, end - start)) : "";
}
