/** The members of a room, for the panel and for completing mentions. Loaded once per room, and again after a change. */
import { get, query } from "../api.js";
import { createStore } from "../store.js";

/** @typedef {import("../types.js").Member} Member */
/** @typedef {{state: "loading" | "ready" | "problem", items: Member[], problem: import("../api.js").ApiProblem | null}} Members */

/** @type {Map<string, import("../store.js").Store<Members>>} */
const known = new Map();

/** @param {string} room */
export function membersOf(room) {
    let members = known.get(room);
    if (!members) {
        members = createStore(/** @type {Members} */ ({ state: "loading", items: [], problem: null }));
        known.set(room, members);
        loadMembers(room);
    }
    return members;
}

/** @param {string} room */
export async function loadMembers(room) {
    const members = membersOf(room);
    try {
        /** @type {Member[]} */
        const items = [];
        let cursor = null;
        do {
            const page = await get(`/rooms/${room}/members` + query({ limit: 200, cursor }));
            items.push(...page.items);
            cursor = page.next;
        } while (cursor);
        members.set({ state: "ready", items, problem: null });
    } catch (problem) {
        members.patch(members.get().state === "ready" ? {} : { state: "problem", problem });
    }
}
