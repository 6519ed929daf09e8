/** One message, answer or error of the room's log. */
import { patch, post, remove } from "../../api.js";
import { classes, html, memo, useState } from "../../dom.js";
import { clock, exact } from "../../format.js";
import { Avatar } from "../../parts/avatar.js";
import { Button } from "../../parts/button.js";
import { copyText } from "../../parts/copy.js";
import { ConfirmDialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { isComposing, isEnter } from "../../parts/keys.js";
import { Markdown } from "../../parts/markdown.js";
import { Menu } from "../../parts/menu.js";
import { Clock } from "../../parts/time.js";
import { attempt, tell } from "../../parts/toast.js";
import { may, me } from "../../session.js";
import { trimmed } from "../composer/text.js";
import { logOf } from "./logs.js";

/** @typedef {import("../../types.js").Event} RoomEvent */

/** A deleted author, or the system. */
const NOBODY = { id: "", kind: "user", name: "CoAgent", handle: "" };

/**
 * @param {{event: RoomEvent, head: boolean, quoted: RoomEvent | undefined, target: boolean, context: any}} props
 *   quoted: the message that this one answers, when it is loaded; context: what the room's view gives to all posts
 */
function draw({ event, head, quoted, target, context }) {
    const [editing, setEditing] = useState(false);
    const [deleting, setDeleting] = useState(false);
    const author = event.author || NOBODY;
    const can = abilities(event, context);
    const press = (/** @type {KeyboardEvent} */ key) => {
        if (key.target === key.currentTarget && !key.ctrlKey && !key.metaKey && !key.altKey) {
            const action = { r: can.reply && (() => context.onReply(event)), e: can.edit && (() => setEditing(true)) }[key.key];
            if (action) {
                key.preventDefault();
                action();
            }
        }
    };
    return html`<article class=${classes("post", head && "post--head", target && "post--target")} tabindex="-1" data-seq=${event.seq}
        data-own=${can.edit ? "" : undefined} onKeyDown=${press}
        aria-label=${`${author.name}${event.body.by_run ? " by a run" : ""}, ${clock(event.at)}`}
        ref=${(/** @type {any} */ element) => element && (element.editPost = () => setEditing(true))}>
        <div class="post__side">${head ? html`<${Avatar} of=${author} />` : html`<${Clock} at=${event.at} class="post__minute" />`}</div>
        <div class="post__content">
            ${head && html`<${Head} author=${author} at=${event.at} />`}
            ${event.reply_to !== null && !isAnswer(event) && html`<${Quote} seq=${event.reply_to} quoted=${quoted} onJump=${context.onJump} />`}
            ${editing ? html`<${Edit} event=${event} onClose=${() => setEditing(false)} />` : html`<${Body} event=${event} context=${context} />`}
        </div>
        ${!editing && !event.body.deleted && html`<${Actions} event=${event} can=${can} context=${context}
            onEdit=${() => setEditing(true)} onDelete=${() => setDeleting(true)} />`}
        ${deleting && html`<${ConfirmDialog} title="Delete this message?" action="Delete" onClose=${() => setDeleting(false)}
            lost="The text is removed for everyone. A “message deleted” note stays."
            onConfirm=${() => remove(`/rooms/${event.room}/messages/${event.seq}`)} />`}
    </article>`;
}

export const Post = memo(draw);

/** @param {RoomEvent} event */
const isAnswer = (event) => event.kind === "result" || event.kind === "error";

/** @param {RoomEvent} event @param {any} context */
function abilities(event, context) {
    const message = event.kind === "message" && !event.body.deleted;
    const own = event.author?.id === me().id;
    return {
        reply: context.canWrite && !event.body.deleted && event.kind !== "error",
        edit: message && own && context.canWrite,
        remove: message && context.canWrite && (own || context.role === "owner"),
    };
}

/** @param {{author: any, at: string, state?: string}} props */
export function Head({ author, at }) {
    return html`<div class="post__head"><span class="post__name ellipsis" title=${author.handle ? "@" + author.handle : undefined}>${author.name}</span>
        ${author.kind === "agent" && html`<span class="post__kind">agent</span>`}
        ${at && html`<${Clock} at=${at} class="post__time" />`}</div>`;
}

/** @param {{seq: number, quoted: RoomEvent | undefined, onJump: (seq: number) => void}} props */
function Quote({ seq, quoted, onJump }) {
    const text = quoted?.body.deleted ? "a deleted message" : quoted?.body.text || "an earlier message";
    return html`<button type="button" class="post__quote" onClick=${() => onJump(seq)}>
        <${Icon} name="reply" size=${14} /><b>${quoted?.author?.name}</b><span class="ellipsis">${text.slice(0, 200)}</span></button>`;
}

/** @param {{event: RoomEvent, context: any}} props */
function Body({ event, context }) {
    const { text, deleted, edited, stopped, cut_off: cutOff } = event.body;
    if (deleted) {
        return html`<p class="post__gone">This message was deleted.</p>`;
    }
    return html`<div class="post__body">
        ${event.body.by_run && html`<${ByRun} event=${event} run=${event.body.by_run} />`}
        ${text && html`<${Markdown} text=${text} handles=${context.handles} myId=${me().id} />`}
        ${edited && html`<span class="post__mark">edited</span>`}
        ${stopped && html`<span class="post__mark">Stopped</span>`}
        ${cutOff && html`<${CutOff} event=${event} canWrite=${context.canWrite} />`}
        ${event.kind === "result" && !text && !stopped && html`<p class="post__gone">(empty answer)</p>`}
        ${event.kind === "error" && html`<${ErrorCard} event=${event} canWrite=${context.canWrite} />`}
    </div>`;
}

/** Whether the reader may view the run. @param {any} run @param {RoomEvent} event */
const showsRun = (run, event) => [event.author?.id, run.script?.owner].includes(me().id) || run.room === event.room
    || may("runs.manage");

/** Says that a run has posted this in the name of its user. @param {{event: RoomEvent, run: any}} props */
function ByRun({ event, run }) {
    const name = html`run of <bdi>${run.script?.name || "a script"}</bdi>`;
    return html`<p class="post__mark post__run"><${Icon} name="runs" size=${12} /> by a ${showsRun(run, event)
        ? html`<a href=${`/runs/${run.id}`}>${name}</a>` : name}</p>`;
}

/** Asks for an answer once more. @param {RoomEvent} event @returns {[boolean, (mode: string) => void]} */
function useRetry(event) {
    const [asked, setAsked] = useState(false);
    const retry = async (/** @type {string} */ mode) => {
        setAsked(true);
        if ((await attempt(() => post(`/runs/${event.run}/retry`, { mode }))) === undefined) {
            setAsked(false);
        }
    };
    return [asked, retry];
}

/** An answer without its end. @param {{event: RoomEvent, canWrite: boolean}} props */
function CutOff({ event, canWrite }) {
    const [asked, retry] = useRetry(event);
    return html`<div class="row">
        <span class="post__mark">Cut off: ${event.body.cut_off === "length" ? "length" : "content filter"}</span>
        ${canWrite && event.run && html`
            <${Button} small icon="start" disabled=${asked} onClick=${() => retry("resume")}>Continue</${Button}>`}
    </div>`;
}

/** The error of an answer, and the actions to continue. @param {{event: RoomEvent, canWrite: boolean}} props */
function ErrorCard({ event, canWrite }) {
    const [asked, retry] = useRetry(event);
    return html`<div class="error-card">
        <div class="error-card__text"><${Icon} name="warning" /><span>${event.body.message}</span></div>
        ${canWrite && event.run && event.body.retriable !== false && html`<div class="row">
            ${event.body.text && html`<${Button} small icon="start" disabled=${asked} onClick=${() => retry("resume")}>Continue</${Button}>`}
            <${Button} small icon="refresh" disabled=${asked} onClick=${() => retry("again")}>Retry</${Button}></div>`}
    </div>`;
}

/** @param {{event: RoomEvent, can: any, context: any, onEdit: () => void, onDelete: () => void}} props */
function Actions({ event, can, context, onEdit, onDelete }) {
    const address = `${location.origin}/rooms/${event.room}?at=${event.seq}`;
    const copy = (/** @type {string} */ text, /** @type {string} */ done) => copyText(text).then(() => tell(done));
    return html`<div class="post__actions">
        ${can.reply && html`<${Button} kind="quiet" small icon="reply" label="Reply" onClick=${() => context.onReply(event)} />`}
        ${can.edit && html`<${Button} kind="quiet" small icon="edit" label="Edit" onClick=${onEdit} />`}
        <${Menu} small label="Message menu" items=${[
            { text: "Copy text", icon: "copy", onSelect: () => copy(event.body.text || event.body.message || "", "Text copied") },
            { text: "Copy link", icon: "link", onSelect: () => copy(address, "Link copied") },
            can.remove && null,
            can.remove && { text: "Delete", icon: "trash", danger: true, onSelect: onDelete },
        ]} />
    </div>`;
}

/** @param {{event: RoomEvent, onClose: () => void}} props */
function Edit({ event, onClose }) {
    const [text, setText] = useState(event.body.text);
    const [busy, setBusy] = useState(false);
    const save = async () => {
        const said = trimmed(text);
        if (!said || said === event.body.text) {
            return onClose();
        }
        setBusy(true);
        const change = await attempt(() => patch(`/rooms/${event.room}/messages/${event.seq}`, { text: said }));
        setBusy(false);
        if (change) {
            logOf(event.room)?.takeEvent(change);
            onClose();
        }
        return undefined;
    };
    const press = (/** @type {KeyboardEvent} */ key) => {
        if (key.key === "Escape" && !isComposing(key)) {
            key.preventDefault();
            key.stopPropagation();
            onClose();
        } else if (isEnter(key) && !key.shiftKey) {
            key.preventDefault();
            save();
        }
    };
    const start = (/** @type {HTMLTextAreaElement | null} */ area) => {
        if (area && !area.dataset.ready) {
            area.dataset.ready = "1";
            area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
            area.focus();
            area.setSelectionRange(text.length, text.length);
            area.closest(".post")?.scrollIntoView({ block: "nearest" });
        }
    };
    return html`<div class="post__edit">
        <textarea class="input" aria-label="Edit the message" maxLength="16000" ref=${start} value=${text} onKeyDown=${press}
            onInput=${(/** @type {import("../../dom.js").InputEvent} */ input) => setText(input.target.value)} />
        <div class="row"><${Button} small kind="primary" busy=${busy} onClick=${save}>Save</${Button}>
            <${Button} small onClick=${onClose}>Cancel</${Button}>
            <span class="soft small">${event.body.edited ? "Edited. " : ""}Sent ${exact(event.at)}</span></div>
    </div>`;
}
