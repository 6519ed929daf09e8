/** The left rail: where one can go, and where something new is. */
import { classes, html, useEffect } from "../dom.js";
import { plural } from "../format.js";
import { Avatar, initials } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { Icon, Mark } from "../parts/icon.js";
import { alive, rooms } from "../room/rooms.js";
import { place } from "../router.js";
import { openRoutes } from "../routes.js";
import { session, signOut } from "../session.js";
import { link } from "../socket.js";
import { useStore } from "../store.js";
import { drawer, narrow, overlay } from "./state.js";
import { ThemeButton } from "./theme-button.js";

const STATUS = {
    idle: "Connecting", connecting: "Connecting", live: "Connected", away: "Not connected", full: "Too many live connections",
};
const OFF = ["away", "full"];

export function Rail() {
    const open = useStore(drawer);
    const isNarrow = useStore(narrow);
    const { path } = useStore(place);
    const { user } = useStore(session);
    const { state } = useStore(link);
    useEffect(() => drawer.set(false), [path]);
    return html`<nav class=${classes("rail", open && "rail--open")} aria-label="Main">
        <div class="rail__top">
            <a class="rail__brand" href="/rooms" aria-label="CoAgent, your rooms"><${Mark} /><span class="ellipsis">CoAgent</span>
                <i class=${classes("rail__status", state !== "live" && `rail__status--${OFF.includes(state) ? "away" : "connecting"}`)}
                    role="img" aria-label=${STATUS[state]} title=${STATUS[state]} /></a>
            <span class="rail__narrow"><${Button} kind="quiet" small icon="sidebar" aria-pressed=${String(isNarrow)}
                label=${isNarrow ? "Expand sidebar" : "Collapse sidebar"} onClick=${() => narrow.set(!isNarrow)} /></span>
            <span class="rail__close"><${Button} kind="quiet" icon="close" label="Close sidebar" onClick=${() => drawer.set(false)} /></span>
        </div>
        <button type="button" class="rail__search" aria-keyshortcuts="Control+K" onClick=${() => overlay.set("palette")}>
            <${Icon} name="search" /><span>Search</span><kbd aria-hidden="true">Ctrl K</kbd></button>
        <div class="rail__scroll">
            <${Rooms} path=${path} />
            <h2 class="rail__heading">Studio</h2>
            <ul>${openRoutes().filter(({ rail }) => rail).map(({ path: href, title, icon }) => html`<li><a class="rail__link" href=${href} title=${title}
                aria-current=${path === href || path.startsWith(href + "/") ? "page" : undefined}>
                <${Icon} name=${icon} /><span class="ellipsis">${title}</span></a></li>`)}</ul>
        </div>
        <div class="rail__foot">
            <a class="rail__person" href="/profile" title="Your profile" aria-current=${path === "/profile" ? "page" : undefined}>
                <${Avatar} of=${user} size="small" /><span class="ellipsis">${user.name}</span></a>
            <${ThemeButton} />
            <${Button} kind="quiet" small icon="door" label="Log out" onClick=${signOut} />
        </div>
    </nav>`;
}

/** @param {{path: string}} props */
function Rooms({ path }) {
    const { state, items } = useStore(rooms);
    const busy = useStore(alive);
    const shown = items.filter((room) => !room.archived).sort((a, b) => a.name.localeCompare(b.name));
    return html`<h2 class="rail__heading"><a class="soft" href="/rooms">Rooms</a>
            <${Button} kind="quiet" small icon="plus" label="New room" onClick=${() => overlay.set("room")} /></h2>
        ${state === "loading" || state === "idle" ? html`<div class="rail__none" role="status" aria-label="Loading rooms">
            <i class="skeleton skeleton--w60" /></div>` : null}
        ${state === "ready" && !shown.length && html`<p class="rail__none">No rooms yet.</p>`}
        <ul>${shown.map((room) => html`<li key=${room.id}><${RoomLink} room=${room} busy=${busy.has(room.id)}
            current=${path === `/rooms/${room.id}`} /></li>`)}</ul>`;
}

/** @param {{room: import("../types.js").Room, busy: boolean, current: boolean}} props */
function RoomLink({ room, busy, current }) {
    const unread = (room.unread > 0 || room.mentioned) && !current;
    return html`<a class=${classes("rail__link", unread && "rail__link--unread")} href=${`/rooms/${room.id}`} title=${room.name}
        aria-current=${current ? "page" : undefined}>
        <span class="rail__short" aria-hidden="true">${initials(room.name)}</span><${Icon} name=${room.visibility === "public" ? "hash" : "lock"} />
        <span class="ellipsis">${room.name}</span>
        ${unread && html`<span class="sr-only">${plural(room.unread, "unread message")}${room.mentioned ? ", mentions you" : ""}</span>`}
        ${busy && html`<span class="rail__alive" title="An agent is answering" />`}
        ${unread && html`<span class=${classes("rail__count", room.mentioned && "rail__count--mention")} aria-hidden="true">
            ${room.mentioned ? "@" : ""}${room.unread > 99 ? "99+" : room.unread || ""}</span>`}
    </a>`;
}
