/** A room's name, topic and openness; the archive; the end. */
import { patch, patchOver, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { exact } from "../format.js";
import { Button } from "../parts/button.js";
import { CopyButton } from "../parts/copy.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";
import { Form } from "../parts/form/form.js";
import { Switch } from "../parts/form/switch.js";
import { attempt, tell } from "../parts/toast.js";
import { go } from "../router.js";
import { closeLog } from "./log/logs.js";
import { dropRoom, putRoom } from "./rooms.js";

/** @param {import("../types.js").Room} room */
const valuesOf = ({ name, topic, visibility }) => ({ name, topic, visibility });
const WORDS = {
    visibility: { label: "Access", text: (/** @type {string} */ value) => (value === "public" ? "public room" : "private room") },
};

/** @param {{room: import("../types.js").Room, onChange: (room: import("../types.js").Room) => void}} props */
export function RoomSettings({ room, onChange }) {
    const owner = room.role === "owner" && room.member;
    return html`<div class="stack">
        ${owner && !room.archived && html`<${Edit} key=${room.id} room=${room} onChange=${onChange} />`}
        <dl class="facts small">
            ${!owner && room.topic && html`<dt>Topic</dt><dd>${room.topic}</dd>`}
            <dt>Access</dt><dd>${room.visibility === "public" ? "Public room" : "Private room"}</dd>
            <dt>Created</dt><dd>${exact(room.created_at)}</dd>
            <dt>Events</dt><dd>${room.last_seq}</dd>
        </dl>
        <${CopyButton} text=${room.id}>Copy room ID</${CopyButton}>
        ${owner && html`<${Ends} room=${room} onChange=${onChange} />`}
    </div>`;
}

/** @param {{room: import("../types.js").Room, onChange: (room: import("../types.js").Room) => void}} props */
function Edit({ room, onChange }) {
    const form = useEdit(room, valuesOf, WORDS);
    const save = async (/** @type {any} */ values, /** @type {import("../types.js").Room} */ { version }) => {
        const next = await patch(`/rooms/${room.id}`, { ...values, version });
        putRoom(next);
        onChange(next);
        tell("Room saved");
        return next;
    };
    return html`<${Form} form=${form} onSubmit=${save}>
        <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" />
        <${TextField} form=${form} name="topic" label="Topic" optional most=${500} rows=${3} />
        <${Switch} label="Public room" checked=${form.values.visibility === "public"}
            onChange=${(/** @type {boolean} */ on) => form.set("visibility", on ? "public" : "private")} />
        <${Button} type="submit" kind="primary" wide busy=${form.busy} disabled=${!form.changed}>Save</${Button}>
    </${Form}>`;
}

/** @param {{room: import("../types.js").Room, onChange: (room: import("../types.js").Room) => void}} props */
function Ends({ room, onChange }) {
    const [deleting, setDeleting] = useState(false);
    const archive = (/** @type {boolean} */ archived) => attempt(async () => {
        const next = await patchOver(`/rooms/${room.id}`, { archived, version: room.version });
        putRoom(next);
        onChange(next);
    }, archived ? "Room archived (read-only)" : "Room unarchived");
    const end = async () => {
        await remove(`/rooms/${room.id}`);
        dropRoom(room.id);
        closeLog(room.id);
        go("/rooms");
        tell(`“${room.name}” was deleted`);
    };
    return html`
        <${Button} icon="archive" wide onClick=${() => archive(!room.archived)}>${room.archived ? "Unarchive" : "Archive room"}</${Button}>
        <${Button} icon="trash" wide onClick=${() => setDeleting(true)}>Delete room…</${Button}>
        ${deleting && html`<${ConfirmDialog} title="Delete this room?" action="Delete room" phrase=${room.name} onConfirm=${end} onClose=${() => setDeleting(false)}
            lost=${html`This permanently deletes <b>${room.name}</b> and all its messages for everyone. Archive it to keep them.`} />`}`;
}
