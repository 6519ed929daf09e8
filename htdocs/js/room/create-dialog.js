/** Making a room. */
import { post } from "../api.js";
import { html } from "../dom.js";
import { overlay } from "../frame/state.js";
import { FormDialog } from "../parts/dialog.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { Switch } from "../parts/form/switch.js";
import { go } from "../router.js";
import { putRoom } from "./rooms.js";

export function RoomDialog() {
    const form = useForm({ name: "", topic: "", visibility: "private" });
    const create = async (/** @type {any} */ values) => {
        const room = await post("/rooms", values);
        putRoom(room);
        overlay.set("");
        go(`/rooms/${room.id}`);
    };
    return html`<${FormDialog} title="New room" form=${form} onSubmit=${create} onClose=${() => overlay.set("")} action="Create room">
        <${TextField} form=${form} name="name" label="Name" most=${80} placeholder="Operations" autocomplete="off" data-autofocus />
        <${TextField} form=${form} name="topic" label="Topic" optional most=${500} placeholder="What this room is for" autocomplete="off" />
        <${Switch} label="Public room" checked=${form.values.visibility === "public"}
            help="Anyone in this studio can find and join it. Private rooms are invite-only."
            onChange=${(/** @type {boolean} */ on) => form.set("visibility", on ? "public" : "private")} />
    </${FormDialog}>`;
}
