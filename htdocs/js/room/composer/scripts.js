/** The scripts that can be run from a room: asked for when the first slash is typed, and again when that is a while ago. */
import { get, query } from "../../api.js";
import { me } from "../../session.js";
import { createStore } from "../../store.js";
import { callable } from "./commands.js";

const FRESH_MS = 30000;

/** @type {import("../../store.js").Store<{items: any[], details: Record<string, any>}>} */
export const scripts = createStore({ items: [], details: {} });
let asked = 0;

/** Asks for the names, unless they are fresh. */
export async function loadScripts() {
    if (Date.now() - asked < FRESH_MS) {
        return;
    }
    asked = Date.now();
    try {
        const { items } = await get("/scripts" + query({ limit: 200 }));
        scripts.set({ items: callable(items, me().id), details: {} });
    } catch {
        asked = 0;
    }
}

/** @param {string} name */
function byName(name) {
    const wanted = name.toLowerCase();
    return scripts.get().items.find(({ call, fullName }) => call.toLowerCase() === wanted || fullName.toLowerCase() === wanted);
}

/** A script with what it takes, by its name, when that was loaded. @param {string} name */
export const detailsOf = (name) => scripts.get().details[byName(name)?.id] || null;

/** @param {string} name */
export function loadDetails(name) {
    const { details } = scripts.get();
    const { id } = byName(name) || { id: "" };
    if (id && !(id in details)) {
        scripts.patch({ details: { ...details, [id]: null } });
        get(`/scripts/${id}`).then((script) => scripts.patch({ details: { ...scripts.get().details, [id]: script } }), () => {});
    }
}
