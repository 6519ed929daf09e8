/** The beginning of a room: what it is for, and the obvious next things. */
import { html } from "../../dom.js";
import { onDay } from "../../format.js";
import { Button } from "../../parts/button.js";
import { setQuery } from "../../router.js";

/** @param {{room: import("../../types.js").Room}} props */
export function RoomStart({ room }) {
    return html`<div class="room__start">
        <h2>${room.name}</h2>
        <p>${room.topic || "This is the start of the room."}</p>
        <p>Created on ${onDay(room.created_at)}</p>
        ${room.role === "owner" && !room.archived && html`<div class="row">
            <${Button} icon="users" onClick=${() => setQuery({ panel: "members", field: "who" })}>Invite people and agents</${Button}>
            ${!room.topic && html`<${Button} kind="quiet" icon="edit"
                onClick=${() => setQuery({ panel: "settings", field: "topic" })}>Set a topic</${Button}>`}
        </div>`}
    </div>`;
}
