/** The members of a room: who is here, what they may, inviting and removing. */
import { patch, post, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { Avatar } from "../parts/avatar.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm } from "../parts/skeleton.js";
import { attempt } from "../parts/toast.js";
import { go } from "../router.js";
import { me } from "../session.js";
import { useStore } from "../store.js";
import { Invite } from "./invite.js";
import { loadMembers, membersOf } from "./members.js";
import { dropRoom } from "./rooms.js";

/** @type {Record<string, string>} */
const ROLES = { owner: "Owner", member: "Member", viewer: "Viewer" };

/** @param {{room: import("../types.js").Room}} props */
export function Members({ room }) {
    const { state, items, problem } = useStore(membersOf(room.id));
    const [leaving, setLeaving] = useState(/** @type {any} */ (null));
    const manages = room.role === "owner" && room.member && !room.archived;
    if (state === "problem") {
        return html`<${ProblemState} small problem=${problem} onRetry=${() => loadMembers(room.id)} />`;
    }
    if (state === "loading") {
        return html`<${SkeletonForm} />`;
    }
    const groups = [["Agents", items.filter(({ kind }) => kind === "agent")], ["People", items.filter(({ kind }) => kind === "user")]];
    return html`
        ${manages && html`<${Invite} room=${room} members=${items} />`}
        ${groups.map(([title, list]) => list.length > 0 && html`<h3 class="members__heading">${title} · ${list.length}</h3>
            <ul>${/** @type {any[]} */ (list).map((member) => html`<${MemberRow} key=${member.id} room=${room} member=${member} manages=${manages}
                onRemove=${() => setLeaving(member)} />`)}</ul>`)}
        ${leaving && html`<${Removal} room=${room} member=${leaving} onClose=${() => setLeaving(null)} />`}`;
}

/** @param {{room: import("../types.js").Room, member: import("../types.js").Member, manages: boolean, onRemove: () => void}} props */
function MemberRow({ room, member, manages, onRemove }) {
    const own = member.id === me().id;
    const setRole = (/** @type {string} */ role) => attempt(async () => {
        await patch(`/rooms/${room.id}/members/${member.id}`, { role });
        await loadMembers(room.id);
    }, `${member.name}: ${ROLES[role].toLowerCase()}`);
    const roles = member.kind === "agent" ? ["member", "viewer"] : ["owner", "member", "viewer"];
    return html`<li class="members__item"><${Avatar} of=${member} />
        <div><div class="ellipsis">${member.name}${own ? " (you)" : ""}</div><div class="soft small ellipsis">@${member.handle}</div></div>
        <span class="members__role">${ROLES[member.role]}</span>
        ${(manages || (own && room.member)) && html`<${Menu} small label=${`Change ${member.name}`} items=${[
            ...(manages ? roles.filter((role) => role !== member.role).map((role) => ({ text: `Make ${ROLES[role].toLowerCase()}`, onSelect: () => setRole(role) })) : []),
            manages && null,
            { text: own ? "Leave room" : "Remove from room", icon: own ? "door" : "close", danger: true, onSelect: onRemove },
        ]} />`}</li>`;
}

/** @param {{room: import("../types.js").Room, member: import("../types.js").Member, onClose: () => void}} props */
export function Removal({ room, member, onClose }) {
    const own = member.id === me().id;
    const confirm = async () => {
        await remove(`/rooms/${room.id}/members/${member.id}`);
        if (own) {
            dropRoom(room.id);
            go("/rooms");
        } else {
            await loadMembers(room.id);
        }
    };
    const lost = own ? (room.visibility === "public" ? "You can join again later." : "You lose access until an owner invites you again.")
        : "They lose access immediately. Their messages stay.";
    return html`<${ConfirmDialog} title=${own ? `Leave “${room.name}”?` : `Remove ${member.name}?`} action=${own ? "Leave" : "Remove"}
        lost=${lost} onConfirm=${confirm} onClose=${onClose} />`;
}

/** Joins an open room. Its event was sent before this page listened there. @param {import("../types.js").Room} room */
export async function joinRoom(room) {
    await attempt(() => post(`/rooms/${room.id}/members`, { id: me().id, role: "member" }));
    await loadMembers(room.id);
}
