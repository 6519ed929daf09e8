/** From events to rows: day lines, the unread line, and which message begins a group. Pure. */
import { dayKey } from "../../format.js";

/** @typedef {import("../../types.js").Event} RoomEvent */
/**
 * @typedef {{type: "day", key: string, at: string} | {type: "unread", key: string} |
 *   {type: "notice", key: string, event: RoomEvent} | {type: "run", key: string, event: RoomEvent} | {type: "post", key: string, event: RoomEvent, head: boolean}} Row
 */

const GROUP_MS = 60000;
const NOTICES = new Set(["member", "room"]);

/** The start and the end of a script's run have a card. @param {RoomEvent} event */
const isRun = ({ kind, body }) => Boolean(body.script) && (kind === "run" || kind === "result" || kind === "error");

/**
 * @param {RoomEvent[]} events of one bucket, ascending
 * @param {RoomEvent | undefined} before the shown event before them
 * @param {number} readSeq what the reader had read when the room was opened; 0 draws no unread line
 * @returns {Row[]}
 */
export function rowsOf(events, before, readSeq) {
    /** @type {Row[]} */
    const rows = [];
    let previous = before;
    for (const event of events) {
        const newDay = !previous || dayKey(previous.at) !== dayKey(event.at);
        const line = readSeq > 0 && event.seq > readSeq && Boolean(previous && previous.seq <= readSeq);
        if (newDay) {
            rows.push({ type: "day", key: `d${event.seq}`, at: event.at });
        }
        if (line) {
            rows.push({ type: "unread", key: "unread" });
        }
        if (NOTICES.has(event.kind)) {
            rows.push({ type: "notice", key: `n${event.seq}`, event });
        } else if (isRun(event)) {
            rows.push({ type: "run", key: `r${event.seq}`, event });
        } else {
            const head = newDay || line || !previous || !follows(event, previous);
            rows.push({ type: "post", key: `p${event.seq}`, event, head });
        }
        previous = event;
    }
    return rows;
}

/**
 * Whether a message belongs to the group of the one before it: same author, also the same run or none, within a minute, no reply.
 * @param {RoomEvent} event
 * @param {RoomEvent} previous
 */
export function follows(event, previous) {
    return !NOTICES.has(previous.kind) && !isRun(previous) && previous.author?.id === event.author?.id && event.reply_to === null
        && event.body.by_run?.id === previous.body.by_run?.id
        && event.kind === "message" && new Date(event.at).getTime() - new Date(previous.at).getTime() < GROUP_MS;
}
