/** A room event other than a message, as one quiet line. */
import { html } from "../../dom.js";
import { Clock } from "../../parts/time.js";

/** @type {Record<string, string>} */
const ROLES = { owner: "an owner", member: "a member", viewer: "a viewer" };

/** @param {import("../../types.js").Event} event @returns {any[]} */
function sentence({ kind, author, body }) {
    const who = html`<b>${author?.name || "CoAgent"}</b>`;
    if (kind === "member") {
        const whom = html`<b>${body.member?.name || "somebody"}</b>`;
        const own = author?.id === body.member?.id;
        if (body.action === "added") {
            return own ? [who, " joined"] : [who, " added ", whom, body.role && body.role !== "member" ? ` as ${ROLES[body.role]}` : ""];
        }
        if (body.action === "removed") {
            return own ? [who, " left"] : [who, " removed ", whom];
        }
        return [who, " made ", own ? "themselves" : whom, ` ${ROLES[body.role] || "a member"}`];
    }
    switch (body.action) {
    case "created": return [who, " created this room"];
    case "renamed": return [who, " renamed the room", body.name ? [" to ", html`<b>${body.name}</b>`] : ""];
    case "archived": return [who, " archived the room"];
    case "unarchived": return [who, " unarchived the room"];
    case "topic": return [who, body.topic ? ` set the topic: ${body.topic}` : " cleared the topic"];
    case "visibility": return [who, body.visibility === "public" ? " made the room public" : " made the room private"];
    default: return [who, " changed the room"];
    }
}

/** @param {{event: import("../../types.js").Event}} props */
export function Notice({ event }) {
    return html`<div class="notice" data-seq=${event.seq}><span>${sentence(event)}</span><${Clock} at=${event.at} /></div>`;
}
