/** A stretch of fifty sequence numbers of the log. Far from the view it is only its height, so that a room with
 * ten thousand messages scrolls like one with ten. */
import { html, memo, useEffect, useRef, useState } from "../../dom.js";
import { dayName } from "../../format.js";
import { RunEnd, RunStart } from "../../run/card.js";
import { Alone } from "./alone.js";
import { Notice } from "./notice.js";
import { Post } from "./post.js";
import { rowsOf } from "./timeline.js";

/**
 * @param {{events: any[], before: any, readSeq: number, target: number, context: any, log: import("./logs.js").LiveLog,
 *   observer: ReturnType<typeof createChunkObserver>}} props
 */
function draw({ events, before, readSeq, target, context, log, observer }) {
    const box = useRef(/** @type {(HTMLElement & {setFar?: (height: number) => void}) | null} */ (null));
    const [height, setHeight] = useState(0);
    useEffect(() => {
        const element = box.current;
        element.setFar = setHeight;
        observer.observe(element);
        return () => observer.unobserve(element);
    }, [observer]);
    if (height) {
        return html`<div class="chunk" ref=${box} style=${{ height: `${height}px` }} />`;
    }
    return html`<div class="chunk" ref=${box} style=${{ height: "auto" }}>${rowsOf(events, before, readSeq).map((row) => {
        switch (row.type) {
        case "day": return html`<div class="day" key=${row.key}>${dayName(row.at)}</div>`;
        case "unread": return html`<div class="day day--unread" key=${row.key}>New</div>`;
        case "notice": return html`<${Alone} key=${row.key} seq=${row.event.seq} text="">
            <${Notice} event=${row.event} /></${Alone}>`;
        case "run": return html`<${Alone} key=${row.key} seq=${row.event.seq} text=${textOf(row.event)}>
            <${row.event.kind === "run" ? RunStart : RunEnd} event=${row.event}
                log=${log} context=${context} target=${row.event.seq === target} /></${Alone}>`;
        default: return html`<${Alone} key=${row.key} seq=${row.event.seq} text=${textOf(row.event)}>
            <${Post} event=${row.event} head=${row.head} context=${context}
            target=${row.event.seq === target} quoted=${row.event.reply_to === null ? undefined : log.find(row.event.reply_to)} /></${Alone}>`;
        }
    })}</div>`;
}

/** @param {import("../../types.js").Event} event @returns {string} */
const textOf = ({ body }) => body.text || body.message || "";

export const Chunk = memo(draw);

/**
 * Tells chunks whether they are near the view. The observer is made when the first chunk asks: then the element that
 * scrolls exists, and the chunks could be drawn in the same paint as all around them.
 * @param {() => HTMLElement} root the element that scrolls
 */
export function createChunkObserver(root) {
    /** @type {IntersectionObserver | undefined} */
    let made;
    const near = (/** @type {IntersectionObserverEntry[]} */ entries) => {
        for (const { isIntersecting, target, boundingClientRect } of entries) {
            const busy = target.contains(document.activeElement) || target.querySelector("textarea, dialog");
            if (isIntersecting || !busy) {
                /** @type {any} */ (target).setFar?.(isIntersecting ? 0 : boundingClientRect.height);
            }
        }
    };
    return {
        /** @param {Element} chunk */
        observe(chunk) {
            made ||= new IntersectionObserver(near, { root: root(), rootMargin: "1500px 0px" });
            made.observe(chunk);
        },
        /** @param {Element} chunk */
        unobserve: (chunk) => made?.unobserve(chunk),
        disconnect: () => made?.disconnect(),
    };
}
