/** All rooms: the caller's by activity, public ones to join, and the archive. */
import { get, post, query } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { overlay } from "../frame/state.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { SearchField } from "../parts/form/field.js";
import { Icon } from "../parts/icon.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Tabs } from "../parts/tabs.js";
import { Ago } from "../parts/time.js";
import { attempt } from "../parts/toast.js";
import { go, place, setQuery } from "../router.js";
import { me } from "../session.js";
import { FirstSteps } from "../start/steps.js";
import { useStore } from "../store.js";
import { loadRooms, rooms } from "./rooms.js";

/** @param {{title: string}} props */
export function Rooms({ title }) {
    const { query: { tab = "mine" } } = useStore(place);
    const { items } = useStore(rooms);
    const archived = items.filter((room) => room.archived);
    const tabs = [
        { id: "mine", text: "Yours", href: "/rooms", number: items.length - archived.length },
        { id: "public", text: "Browse rooms", href: "/rooms?tab=public" },
        ...(archived.length ? [{ id: "archived", text: "Archived", href: "/rooms?tab=archived", number: archived.length }] : []),
    ];
    return html`<${Page} title=${title} context="Chat with people and agents"
        actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => overlay.set("room")}>New room</${Button}>`}>
        <${FirstSteps} />
        <${Tabs} label="Rooms" current=${tab} items=${tabs} />
        ${tab === "public" ? html`<${OpenRooms} />` : html`<${OwnRooms} archived=${tab === "archived"} />`}
    </${Page}>`;
}

/** @param {{archived: boolean}} props */
function OwnRooms({ archived }) {
    const { state, items, problem } = useStore(rooms);
    const { query: { q = "" } } = useStore(place);
    const list = items.filter((room) => room.archived === archived).sort((a, b) => b.last_event_at.localeCompare(a.last_event_at));
    const found = list.filter(({ name, topic }) => (name + " " + topic).toLowerCase().includes(q.toLowerCase()));
    if (state === "problem") {
        return html`<${ProblemState} problem=${problem} onRetry=${loadRooms} />`;
    }
    if (state !== "ready") {
        return html`<${SkeletonRows} />`;
    }
    if (!list.length) {
        return html`<${Empty} icon="rooms" title="No rooms yet" text="Rooms are where your team and your agents work together. Create one and invite people.">
            <${Button} kind="primary" icon="plus" onClick=${() => overlay.set("room")}>New room</${Button}>
            <${Button} href="/rooms?tab=public">Browse public rooms</${Button}></${Empty}>`;
    }
    return html`
        ${list.length > 8 && html`<div class="page__tools"><${SearchField} label="Filter by name or topic" value=${q}
            onInput=${(/** @type {string} */ text) => setQuery({ q: text })} /></div>`}
        <ul class="list">${found.map((room) => html`<li key=${room.id}><${RoomRow} room=${room} /></li>`)}
            ${!found.length && html`<li class="empty empty--small"><p>No room matches “${q}”.</p></li>`}</ul>`;
}

/** @param {{room: import("../types.js").Room}} props */
function RoomRow({ room }) {
    return html`<a class="room-row" href=${`/rooms/${room.id}`}>
        <${Icon} name=${room.visibility === "public" ? "hash" : "lock"} />
        <div class="room-row__text"><div class="room-row__name ellipsis">${room.name}</div>
            ${room.topic && html`<div class="soft small ellipsis">${room.topic}</div>`}</div>
        ${room.unread > 0 && html`<${Pill} tone="alive" plain>${plural(room.unread, "unread", "unread")}</${Pill}>`}
        <span class="soft small"><${Ago} at=${room.last_event_at} /></span>
    </a>`;
}

function OpenRooms() {
    const list = useList((cursor, signal) => get("/rooms" + query({ scope: "public", cursor }), signal), []);
    const [joining, setJoining] = useState("");
    const join = async (/** @type {import("../types.js").Room} */ room) => {
        setJoining(room.id);
        await attempt(async () => {
            await post(`/rooms/${room.id}/members`, { id: me().id, role: "member" });
            await loadRooms();
            go(`/rooms/${room.id}`);
        });
        setJoining("");
    };
    if (list.problem) {
        return html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`;
    }
    if (!list.items) {
        return html`<${SkeletonRows} />`;
    }
    const open = list.items.filter((room) => !room.member && !room.archived);
    if (!open.length && !list.hasMore) {
        return html`<${Empty} icon="hash" title="No more rooms to join" text="You’re already in every public room.">
            <${Button} icon="plus" onClick=${() => overlay.set("room")}>New room</${Button}></${Empty}>`;
    }
    return html`<ul class="list">${open.map((room) => html`<li class="list__item" key=${room.id}>
            <${Icon} name="hash" /><div><a class="room-row__name" href=${`/rooms/${room.id}`}>${room.name}</a>
            <div class="soft small ellipsis">${room.topic || "No topic"}</div></div>
            <${Button} busy=${joining === room.id} onClick=${() => join(room)}>Join</${Button}></li>`)}</ul>
        ${list.hasMore && html`<div class="table__more"><${Button} busy=${list.busy} onClick=${list.more}>Show more</${Button}></div>`}`;
}
