/** A room: its log, the composer, and its panel. */
import { get, post } from "../api.js";
import { html, useEffect, useListener, useMemo, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page, Panel } from "../frame/page-frame.js";
import { Button } from "../parts/button.js";
import { copyText } from "../parts/copy.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonPosts } from "../parts/skeleton.js";
import { attempt, tell } from "../parts/toast.js";
import { place, setQuery } from "../router.js";
import { me } from "../session.js";
import { useStore } from "../store.js";
import { Composer } from "./composer/composer.js";
import { openLog } from "./log/logs.js";
import { RoomLog } from "./log/view.js";
import { joinRoom, Members, Removal } from "./member-list.js";
import { membersOf } from "./members.js";
import { loadRooms, rooms } from "./rooms.js";
import { RoomSettings } from "./settings.js";

const GUEST_MS = 4000;

/** @param {{id: string, title: string}} props title: while it is loaded */
export function RoomView({ id, title }) {
    const listed = useStore(rooms, ({ items }) => items.find((room) => room.id === id));
    const [fetched, setFetched] = useState(/** @type {any} */ (null));
    const [problem, setProblem] = useState(/** @type {import("../api.js").ApiProblem | null} */ (null));
    const load = () => {
        setProblem(null);
        get(`/rooms/${id}`).then(setFetched, (caught) => {
            setFetched(null);
            setProblem(caught);
        });
    };
    // Also when the room leaves the list: an open one can still be read, any other is not here any more.
    useEffect(load, [id, Boolean(listed)]);
    const room = listed ? { ...fetched, ...listed } : fetched;
    if (!room) {
        return html`<${Page} title=${title} bare>${problem ? html`<${ProblemState} problem=${problem} onRetry=${load} />` : html`<${SkeletonPosts} />`}</${Page}>`;
    }
    return html`<${Room} room=${room} onChange=${setFetched} />`;
}

/** @param {{room: import("../types.js").Room, onChange: (room: import("../types.js").Room) => void}} props */
function Room({ room, onChange }) {
    const { query: { panel, at } } = useStore(place);
    const log = useMemo(() => openLog(room.id), [room.id]);
    const { state, problem } = useStore(log.status);
    const { items: members } = useStore(membersOf(room.id));
    const [leaving, setLeaving] = useState(false);
    const people = members.filter(({ kind }) => kind === "user").length;
    const agents = members.length - people;
    const open = (/** @type {string} */ name) => setQuery({ panel: panel === name ? null : name });
    return html`<${Page} title=${room.name} bare context=${room.topic || (room.visibility === "public" ? "Public room" : "Private room")}
        actions=${html`
            <${Button} kind="quiet" icon="users" aria-pressed=${String(panel === "members")} onClick=${() => open("members")}
                aria-label=${`${plural(members.length, "member")}: ${plural(people, "person", "people")}, ${plural(agents, "agent")}`}>${members.length || ""}</${Button}>
            <${Menu} label="Room menu" items=${[
                { text: "Settings", icon: "settings", onSelect: () => setQuery({ panel: "settings" }) },
                { text: "Copy link", icon: "link", onSelect: () => copyText(`${location.origin}/rooms/${room.id}`).then(() => tell("Link copied")) },
                room.member && room.role !== "viewer" && { text: "Stop all answers", icon: "stop", onSelect: () => attempt(() => post(`/rooms/${room.id}/stop`), "Stopping all answers") },
                room.member && null,
                room.member && { text: "Leave room", icon: "door", danger: true, onSelect: () => setLeaving(true) },
            ]} />`}>
        <div class="page__body">
            <div class="room">
                ${state === "problem" && html`<${ProblemState} problem=${problem} onRetry=${() => log.load()} />`}
                ${(state === "loading" || state === "idle") && html`<div class="room__scroll"><div class="room__log"><${SkeletonPosts} posts=${7} /></div></div>`}
                ${state === "ready" && html`<${Talk} key=${room.id} room=${room} log=${log} members=${members} target=${Number(at) || 0} />`}
            </div>
            ${panel === "members" && html`<${Panel} title="Members" onClose=${() => open("members")}><${Members} room=${room} /></${Panel}>`}
            ${panel === "settings" && html`<${Panel} title="Settings" onClose=${() => open("settings")}><${RoomSettings} room=${room} onChange=${onChange} /></${Panel}>`}
        </div>
        ${leaving && html`<${Removal} room=${room} member=${me()} onClose=${() => setLeaving(false)} />`}
    </${Page}>`;
}

/** @param {{room: import("../types.js").Room, log: import("./log/logs.js").LiveLog, members: import("../types.js").Member[], target: number}} props */
function Talk({ room, log, members, target }) {
    const [reply, setReply] = useState(/** @type {any} */ (null));
    const [taken, setTaken] = useState(/** @type {any} */ (null));
    // The line stays where reading began, until the room is opened again or the tab is left.
    const [readSeq, setReadSeq] = useState(room.member && room.unread > 0 ? room.read_seq : 0);
    useListener(document, "visibilitychange", () => document.hidden && setReadSeq(log.newest));
    // Only members hear the room; who reads an open one as a guest asks now and then.
    useEffect(() => {
        const timer = room.member ? 0 : setInterval(() => log.catchUp(), GUEST_MS);
        return () => clearInterval(timer);
    }, [room.member]);
    const canWrite = room.member && room.role !== "viewer" && !room.archived;
    const handles = useMemo(() => new Map(members.map((member) => [member.handle.toLowerCase(), member])), [members]);
    const context = useMemo(() => ({
        handles, canWrite, role: room.role, onReply: setReply,
        onJump: (/** @type {number} */ seq) => setQuery({ at: String(seq) }),
        onTakeBack: (/** @type {string} */ text) => setTaken({ text }),
    }), [handles, canWrite, room.role]);
    return html`<${RoomLog} room=${room} log=${log} readSeq=${readSeq} target=${target} context=${context} foot=${canWrite
        ? html`<${Composer} room=${room} members=${members} reply=${reply} onReply=${setReply} taken=${taken} onEditLast=${editLast} />`
        : html`<${Closed} room=${room} />`} />`;
}

/** Opens the newest own message that is in view for editing. */
function editLast() {
    const own = [...document.querySelectorAll(".post[data-own]")].at(-1);
    /** @type {any} */ (own)?.editPost();
}

/** Why one cannot write here, and the way to it. @param {{room: import("../types.js").Room}} props */
function Closed({ room }) {
    const [busy, setBusy] = useState(false);
    const join = async () => {
        setBusy(true);
        await joinRoom(room);
        await loadRooms();
        setBusy(false);
    };
    const why = room.archived ? "This room is archived (read-only)."
        : room.member ? "You’re a viewer in this room. Ask an owner for permission to write." : "You’re previewing a public room.";
    return html`<div class="composer"><div class="composer__closed"><span>${why}</span>
        ${!room.archived && !room.member && html`<${Button} kind="primary" busy=${busy} onClick=${join}>Join room</${Button}>`}</div></div>`;
}
