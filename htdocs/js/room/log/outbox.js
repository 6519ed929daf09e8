/** Messages on their way: sent one after the other, kept in this browser until the server has answered them. A retry
 * carries the same Idempotency-Key, so a message whose answer was lost is not posted twice. Only that answer takes an
 * entry out of the outbox: a message of ours that arrives with the same text may be of another window. */
import { call } from "../../api.js";
import { randomId } from "../../id.js";
import { keep, recall } from "../../keep.js";
import { me } from "../../session.js";
import { link } from "../../socket.js";
import { createStore } from "../../store.js";
import { noteEvent } from "../rooms.js";
import { logOf } from "./logs.js";

/** A message without an answer for so long is sent again: its connection may be dead without being closed. */
const ANSWER_MS = 60000;
const AGAIN_MS = 5000;

/** @typedef {{key: string, text: string, reply_to: number | null, state: "sending" | "failed", problem: string, at: string,
 *   unheard?: boolean, busy?: boolean, arrived?: boolean}} OutboxEntry unheard: the server could not take it, so it is
 *   sent again as soon as it can be; busy: the server said so itself; arrived: a message like it came while it is sent, so
 *   it is not shown twice until the answer tells */

/** @type {Map<string, import("../../store.js").Store<OutboxEntry[]>>} */
const boxes = new Map();
/** @type {Map<string, Promise<void>>} */
const queues = new Map();

/** @param {string} room */
const keptAs = (room) => `outbox.${me().id}.${room}`;

/** The messages that are not yet in the room. Messages of an earlier page are sent again. @param {string} room */
export function outboxOf(room) {
    let box = boxes.get(room);
    if (!box) {
        box = createStore(recall(keptAs(room), /** @type {OutboxEntry[]} */ ([])));
        keepEntries(room, box);
        boxes.set(room, box);
        box.get().filter(({ state }) => state === "sending").forEach((entry) => enqueue(room, entry.key));
    }
    return box;
}

/** Other tabs of this browser keep theirs in the same place. @param {string} room @param {import("../../store.js").Store<OutboxEntry[]>} box */
function keepEntries(room, box) {
    let known = box.get();
    box.subscribe((entries) => {
        const ours = new Set([...known, ...entries].map(({ key }) => key));
        const others = recall(keptAs(room), /** @type {OutboxEntry[]} */ ([])).filter(({ key }) => !ours.has(key));
        const all = [...others, ...entries];
        keep(keptAs(room), all.length ? all : null);
        known = entries;
    });
}

/** @param {string} room @param {string} text @param {number | null} replyTo */
export function sendMessage(room, text, replyTo) {
    const entry = { key: randomId(), text, reply_to: replyTo, state: "sending", problem: "", at: new Date().toISOString() };
    const box = outboxOf(room);
    box.set([...box.get(), /** @type {OutboxEntry} */ (entry)]);
    enqueue(room, entry.key);
}

/** The server can be reached again. */
export function resendUnheard() {
    for (const [room, box] of boxes) {
        box.get().filter(({ unheard }) => unheard).forEach(({ key }) => retryMessage(room, key));
    }
}

/** @param {string} room @param {string} key */
export function retryMessage(room, key) {
    change(room, key, { state: "sending", problem: "", unheard: false });
    enqueue(room, key);
}

/** Takes a message back that could not be sent. @param {string} room @param {string} key */
export function discardMessage(room, key) {
    const box = outboxOf(room);
    box.set(box.get().filter((entry) => entry.key !== key));
}

/** A message of ours came. When one like it waits for the server, the server can be reached: sent again, it is answered
 * with the event that it was, or posted. @param {import("../../types.js").Event} event */
export function noteArrival(event) {
    if (event.author?.id !== me().id) {
        return;
    }
    const entry = boxes.get(event.room)?.get().find(({ text, state, unheard, arrived }) =>
        text === event.body.text && (unheard || (state === "sending" && !arrived)));
    if (entry?.unheard) {
        retryMessage(event.room, entry.key);
    } else if (entry) {
        change(event.room, entry.key, { arrived: true });
    }
}

/** @param {string} room @param {string} key */
function enqueue(room, key) {
    const before = queues.get(room) || Promise.resolve();
    queues.set(room, before.then(() => deliver(room, key)));
}

/** @param {string} room @param {string} key */
const find = (room, key) => outboxOf(room).get().find((entry) => entry.key === key);

/** @param {string} room @param {string} key */
async function deliver(room, key) {
    const entry = find(room, key);
    if (!entry) {
        return;
    }
    const body = entry.reply_to === null ? { text: entry.text } : { text: entry.text, reply_to: entry.reply_to };
    try {
        const event = await call("POST", `/rooms/${room}/messages`, { body, key, limit: ANSWER_MS });
        discardMessage(room, key);
        noteEvent(event);
        logOf(room)?.takeEvent(event);
    } catch (problem) {
        fail(room, key, problem);
    }
}

/** @param {string} room @param {string} key @param {any} problem */
function fail(room, key, problem) {
    const unheard = problem.status === 0 || problem.status === 503;
    if (unheard && find(room, key)?.arrived) {
        change(room, key, { arrived: false });
        enqueue(room, key);
    } else {
        change(room, key, { state: "failed", problem: problem.fields?.text || problem.message, unheard,
            busy: problem.status === 503, arrived: false });
        if (unheard) {
            setTimeout(retryUnheard, AGAIN_MS, room, key);
        }
    }
}

/** The live connection stands although this message found no way: nothing else would send it again.
 * @param {string} room @param {string} key */
function retryUnheard(room, key) {
    if (find(room, key)?.unheard && link.get().state === "live") {
        retryMessage(room, key);
    }
}

/** @param {string} room @param {string} key @param {Partial<OutboxEntry>} part */
function change(room, key, part) {
    const box = outboxOf(room);
    box.set(box.get().map((entry) => (entry.key === key ? { ...entry, ...part } : entry)));
}
