/** The list of runs: what the address asks for, and how rows that are shown are kept fresh. Pure. */
import { RUN_STATES } from "../words.js";

const DAY = 86400000;
/** Spans of time by their names in the address. @type {Record<string, number>} */
export const SPANS = { hour: DAY / 24, day: DAY, week: 7 * DAY, month: 30 * DAY };
/** @param {(state: {tone: string, over: boolean}) => boolean} fits */
const statesThat = (fits) => Object.keys(RUN_STATES).filter((name) => fits(RUN_STATES[name])).join(",");
/** @type {Record<string, string>} */
export const STATES = { live: statesThat(({ over }) => !over), succeeded: "succeeded", failed: statesThat(({ tone }) => tone === "bad"), cancelled: "cancelled" };

export const FILTERS = ["state", "kind", "script", "who", "time", "since", "until", "room", "agent"];

/**
 * The query of the API.
 * @param {Record<string, string | undefined>} asked the query of the address
 * @param {number} [now]
 */
export function filterOf({ state, kind, script, who, time, since, until, room, agent }, now = Date.now()) {
    const span = SPANS[time || ""];
    return {
        state: STATES[state || ""] || state, kind, script, asked_by: who, room, agent,
        since: span ? new Date(now - span).toISOString() : midnight(since, 0), until: midnight(until, 1),
    };
}

/** The beginning of a day where the reader is, or of one so many days later. @param {string | undefined} day "2026-11-20" @param {number} later */
function midnight(day, later) {
    const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day || "") || [];
    return year ? new Date(Number(year), Number(month) - 1, Number(date) + later).toISOString() : undefined;
}

/**
 * The rows that are shown with the newest page put over them: new runs come first, known ones are as they are now.
 * @param {any[]} shown
 * @param {any[]} newest
 * @param {boolean} more whether the list goes on after the newest page
 */
export function merged(shown, newest, more) {
    const fresh = new Map(newest.map((run) => [run.id, run]));
    const rest = shown.filter(({ id }) => !fresh.has(id));
    if (!more) {
        return newest;
    }
    // A run that no longer matches the filter is missing from the newest page although it is newer than its last run.
    const last = newest[newest.length - 1];
    return [...newest, ...rest.filter(({ id }) => !last || id < last.id)];
}
