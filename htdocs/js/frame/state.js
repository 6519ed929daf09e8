/** The open parts of the frame: the rail as a drawer on phones, narrow on wide screens; the palette; the help. */
import { keep, recall } from "../keep.js";
import { createStore } from "../store.js";

export const drawer = createStore(false);
export const narrow = createStore(recall("narrow", false));
narrow.subscribe((on) => keep("narrow", on));

/** The one overlay that belongs to the frame and not to a page. */
export const overlay = createStore(/** @type {"" | "palette" | "shortcuts" | "room"} */ (""));
