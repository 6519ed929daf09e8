/** The scrolling log of a room: follows the end only when the reader is there, loads history upwards, marks as read. */
import { html, useEffect, useLayoutEffect, useListener, useMemo, useRef, useState } from "../../dom.js";
import { plural } from "../../format.js";
import { Button } from "../../parts/button.js";
import { me } from "../../session.js";
import { useStore } from "../../store.js";
import { markRead } from "../rooms.js";
import { Alone } from "./alone.js";
import { Chunk, createChunkObserver } from "./chunk.js";
import { LiveAnswer } from "./live-answer.js";
import { OutboxPost } from "./outbox-entry.js";
import { outboxOf } from "./outbox.js";
import { RoomStart } from "./start.js";

const AT_END = 48;
const LOAD_AHEAD = 1200;

/** @param {{room: import("../../types.js").Room, log: import("./logs.js").LiveLog, readSeq: number, target: number, context: any, foot: any}} props */
export function RoomLog({ room, log, readSeq, target, context, foot }) {
    const version = useStore(log.version);
    const status = useStore(log.status);
    const entries = useStore(outboxOf(room.id));
    const scroller = useRef(/** @type {HTMLElement | null} */ (null));
    const content = useRef(/** @type {HTMLElement | null} */ (null));
    const observer = useMemo(() => createChunkObserver(() => scroller.current), []);
    const view = useScroll(scroller, content, log, target);
    useEffect(() => () => observer.disconnect(), []);

    const look = () => view.atEnd() && document.visibilityState === "visible" && document.hasFocus() && markRead(room.id, log.newest);
    useEffect(() => void look(), [version, view.following]);
    useListener(window, "focus", look);
    useEffect(() => view.toEnd(), [entries.length]);

    const numbers = [...log.buckets.keys()].sort((a, b) => a - b);
    return html`
        <div class="room__scroll" ref=${scroller} tabindex="0" role="region" aria-label="Messages" onScroll=${view.onScroll} onKeyDown=${walk}>
            <div class="room__log" ref=${content}>
                ${log.more ? html`<div class="room__older">${status.older ? "Loading earlier messages…" : " "}</div>` : html`<${RoomStart} room=${room} />`}
                ${numbers.map((number, index) => html`<${Chunk} key=${number} events=${log.buckets.get(number)}
                    before=${log.buckets.get(numbers[index - 1])?.at(-1)} readSeq=${readSeq} target=${inBucket(log, target, number)}
                    context=${context} log=${log} observer=${observer} />`)}
                ${entries.filter(({ arrived }) => !arrived).map((entry) => html`
                    <${Alone} key=${entry.key} seq=${0} text=${entry.text}>
                        <${OutboxPost} room=${room.id} entry=${entry} context=${context} /></${Alone}>`)}
                ${[...log.answers.entries()].map(([run, answer]) => html`<${Alone} key=${run} seq=${0} text=${answer.get().text}>
                    <${LiveAnswer} answer=${answer} context=${context} /></${Alone}>`)}
            </div>
        </div>
        <${Announcer} log=${log} version=${version} />
        <div class="room__foot">
            ${!view.following && html`<${Button} class="room__pill" small icon="arrowDown" kind=${view.fresh ? "primary" : undefined}
                onClick=${view.toEnd}>${view.fresh ? plural(view.fresh, "new message") : "Jump to latest"}</${Button}>`}
            ${foot}
        </div>`;
}

/** Only the chunk with the target gets it, so that the others need not be drawn again. @param {import("./logs.js").LiveLog} log @param {number} target @param {number} number */
const inBucket = (log, target, number) => (log.buckets.get(number).some((/** @type {any} */ { seq }) => seq === target) ? target : 0);

/**
 * Where the reader is, and how the view moves with what comes.
 * @param {{current: HTMLElement}} scroller
 * @param {{current: HTMLElement}} content
 * @param {import("./logs.js").LiveLog} log
 * @param {number} target a message to show, 0 for none
 */
function useScroll(scroller, content, log, target) {
    const [following, setFollowing] = useState(true);
    const [fresh, setFresh] = useState(0);
    const at = useRef({ following: true, oldest: log.oldest, newest: log.newest, height: 0, top: 0, begun: false });
    const now = at.current;

    const atEnd = () => now.following;
    // While a message in view is edited, the view stays with it.
    const editing = () => document.activeElement instanceof HTMLTextAreaElement && content.current.contains(document.activeElement);
    const toEnd = () => {
        scroller.current.scrollTop = scroller.current.scrollHeight;
        note();
    };
    const note = () => {
        const { scrollTop, scrollHeight, clientHeight } = scroller.current;
        now.following = scrollHeight - scrollTop - clientHeight < AT_END;
        now.top = scrollTop;
        now.height = scrollHeight;
        setFollowing(now.following);
        if (now.following) {
            setFresh(0);
        }
    };
    const onScroll = () => {
        note();
        if (now.begun && now.top < LOAD_AHEAD && log.more) {
            log.older();
        }
    };

    useEffect(() => {
        const stay = new ResizeObserver(() => (now.following && !editing() ? toEnd() : note()));
        stay.observe(scroller.current);
        stay.observe(content.current);
        return () => stay.disconnect();
    }, []);

    // Before the paint: new history must not move what the reader looks at, new messages must show if they follow.
    useLayoutEffect(() => {
        const { scrollHeight } = scroller.current;
        if (log.oldest < now.oldest && !now.following) {
            scroller.current.scrollTop = now.top + scrollHeight - now.height;
        } else if (now.following && !editing()) {
            toEnd();
        } else if (now.begun) {
            setFresh((n) => n + unseen(log, now.newest));
        }
        now.oldest = log.oldest;
        now.newest = log.newest;
        now.height = scrollHeight;
        now.top = scroller.current.scrollTop;
    }, [log.version.get()]);

    useEffect(() => {
        begin(scroller.current, log, target).then(() => {
            now.begun = true;
            onScroll();
        });
    }, [target]);
    return { following, fresh, atEnd, toEnd, onScroll };
}

/** How many messages of others came after a sequence. @param {import("./logs.js").LiveLog} log @param {number} seq */
function unseen(log, seq) {
    const newest = /** @type {any[]} */ ([...log.buckets.values()]).flat().filter((event) => event.seq > seq);
    return newest.filter(({ kind, author }) => kind !== "member" && kind !== "room" && kind !== "run" && author?.id !== me().id).length;
}

/** Shows the wanted message, else the unread line, else the end. @param {HTMLElement} scroller @param {import("./logs.js").LiveLog} log @param {number} target */
async function begin(scroller, log, target) {
    for (let pages = 0; target && target < log.oldest && log.more && pages < 25; pages++) {
        await log.older(200);
    }
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const line = scroller.querySelector(target ? `[data-seq="${target}"]` : ".day--unread");
    if (!line) {
        return;
    }
    const above = line.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    if (target || above < 0) {
        scroller.scrollTop += above - scroller.clientHeight * 0.25;
    }
    if (target) {
        /** @type {HTMLElement} */ (line).focus({ preventScroll: true });
    }
}

/** Arrow keys walk from message to message. @param {KeyboardEvent} event */
function walk(event) {
    const inside = /** @type {HTMLElement} */ (event.target);
    if ((event.key !== "ArrowUp" && event.key !== "ArrowDown") || inside.closest("textarea, .menu, dialog")) {
        return;
    }
    const posts = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll(".post")];
    const here = posts.indexOf(/** @type {any} */ (inside.closest(".post")));
    const to = here < 0 ? posts.length - 1 : here + (event.key === "ArrowUp" ? -1 : 1);
    const next = /** @type {HTMLElement | undefined} */ (posts[to]);
    if (next) {
        event.preventDefault();
        next.focus();
    }
}

/** @param {import("../../types.js").Event} event */
function sentence({ kind, author, body }) {
    if (body.script) {
        return kind === "run" ? `${author?.name || "CoAgent"} runs ${body.script.name}` : `The run of ${body.script.name} finished: ${body.state}. ${body.message || ""}`;
    }
    return `${author?.name || "CoAgent"}: ${(body.text || body.message || "").slice(0, 300)}`;
}

/** Says new messages of others to screen readers, and only those. @param {{log: import("./logs.js").LiveLog, version: number}} props */
function Announcer({ log, version }) {
    const said = useRef(log.newest);
    const [text, setText] = useState("");
    useEffect(() => {
        const last = log.find(log.newest);
        if (log.newest > said.current && last && (last.body.script || last.author?.id !== me().id)) {
            setText(sentence(last));
        }
        said.current = log.newest;
    }, [version]);
    return html`<div class="sr-only" aria-live="polite">${text}</div>`;
}
