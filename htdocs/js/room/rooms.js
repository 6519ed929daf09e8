/** The caller's rooms with their unread counts: what the rail shows. */
import { get, post, query } from "../api.js";
import { me } from "../session.js";
import { createStore } from "../store.js";

/** @typedef {import("../types.js").Room} Room */

const COUNTED = new Set(["message", "result"]);

/** @type {import("../store.js").Store<{state: "idle" | "loading" | "ready" | "problem", items: Room[], problem: import("../api.js").ApiProblem | null}>} */
export const rooms = createStore({ state: "idle", items: [], problem: null });

/** Rooms in which an agent is answering just now. */
export const alive = createStore(/** @type {Set<string>} */ (new Set()));

/** @type {Promise<void> | null} */
let loading = null;
let again = false;

/** Fetches all of them; calls during a load are one more load after it. */
export function loadRooms() {
    if (loading) {
        again = true;
        return loading;
    }
    loading = fetchAll().finally(() => {
        loading = null;
        if (again) {
            again = false;
            loadRooms();
        }
    });
    return loading;
}

async function fetchAll() {
    if (rooms.get().state === "idle") {
        rooms.patch({ state: "loading" });
    }
    try {
        /** @type {Room[]} */
        const items = [];
        let cursor = null;
        do {
            const page = await get("/rooms" + query({ limit: 200, cursor }));
            items.push(...page.items);
            cursor = page.next;
        } while (cursor);
        rooms.set({ state: "ready", items, problem: null });
    } catch (problem) {
        const known = rooms.get().state === "ready";
        rooms.patch(known ? {} : { state: "problem", problem });
    }
}

/** @param {string} id */
export const roomOf = (id) => rooms.get().items.find((room) => room.id === id);

/** A room as the server answered it: replaces the one with its id, or joins the list. @param {Room} room */
export function putRoom(room) {
    const { items } = rooms.get();
    const known = items.some((item) => item.id === room.id);
    rooms.patch({
        items: known ? items.map((item) => (item.id === room.id ? { ...item, ...room } : item)) : [...items, room],
    });
}

/** @param {string} id */
export function dropRoom(id) {
    rooms.patch({ items: rooms.get().items.filter((room) => room.id !== id) });
}

/** @param {string} id @param {Partial<Room>} part */
function change(id, part) {
    rooms.patch({ items: rooms.get().items.map((room) => (room.id === id ? { ...room, ...part } : room)) });
}

/** @param {import("../types.js").Event} event */
const mentionsMe = ({ body }) => Boolean(body.mentions?.includes(me().id));

/** A live event: counts as unread until the room's view says that it was read. @param {import("../types.js").Event} event */
export function noteEvent(event) {
    const room = roomOf(event.room);
    if (event.kind === "result" || event.kind === "error") {
        noteAlive(event.room, false);
    }
    if (!room) {
        return;
    }
    if (event.kind === "room" || (event.kind === "member" && event.body.member?.id === me().id)) {
        loadRooms();
    }
    if (event.seq <= room.last_seq) {
        return;
    }
    // An edit or deletion may add a mention or take the last one away: only the server knows which others are unread.
    if (event.kind === "edit" ? room.mentioned || mentionsMe(event) : event.kind === "delete" && room.mentioned) {
        loadRooms();
    }
    const own = event.author?.id === me().id;
    const counts = COUNTED.has(event.kind) && !own;
    change(room.id, {
        last_seq: event.seq,
        last_event_at: event.at,
        unread: own && event.kind === "message" ? 0 : room.unread + (counts ? 1 : 0),
        mentioned: room.mentioned || (counts && mentionsMe(event)),
    });
}

/** A room is further than we know, and no log of it is open to catch up: the list is asked again. */
export function noteHeartbeat(/** @type {string} */ id, /** @type {number} */ seq) {
    const room = roomOf(id);
    if (room && seq > room.last_seq && !loading) {
        loadRooms();
    }
}

/** @param {string} id @param {boolean} on */
export function noteAlive(id, on) {
    if (alive.get().has(id) === on) {
        return;
    }
    const next = new Set(alive.get());
    if (on) {
        next.add(id);
    } else {
        next.delete(id);
    }
    alive.set(next);
}

/** @type {Map<string, number>} */
const sent = new Map();

/** The caller has seen the room up to this event. @param {string} id @param {number} seq */
export function markRead(id, seq) {
    const room = roomOf(id);
    if (!room || !room.member) {
        return;
    }
    if (room.unread || room.mentioned) {
        change(id, { unread: 0, mentioned: false });
    }
    if (seq > Math.max(room.read_seq, sent.get(id) || 0)) {
        sent.set(id, seq);
        post(`/rooms/${id}/read`, { seq }).then(() => change(id, { read_seq: seq }), () => sent.delete(id));
    }
}
