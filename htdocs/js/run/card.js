/** A script's run in a room: while it goes on a card with its last lines; when it is over, the start is one quiet line and
 * the end says how it went. */
import { post } from "../api.js";
import { classes, html, useMemo, useState } from "../dom.js";
import { clock, duration, plural } from "../format.js";
import { LogExcerpt } from "../log/excerpt.js";
import { LineReader } from "../log/lines.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icon.js";
import { Pill } from "../parts/pill.js";
import { Clock } from "../parts/time.js";
import { attempt } from "../parts/toast.js";
import { useStore } from "../store.js";
import { RunActions, RunState, Took, useRun } from "./parts.js";
import { isLive } from "./state.js";
import { why } from "./words.js";

/** @typedef {import("../types.js").Event} RoomEvent */

const LIVE_LINES = 6;
const LIVE_BYTES = 4096;

/** The event that began it. @param {{event: RoomEvent, log: import("../room/log/logs.js").LiveLog, context: any, target: boolean}} props */
export function RunStart({ event, log, context, target }) {
    const over = useStore(log.version, () => log.finished.has(event.run));
    const { script } = event.body;
    return over ? html`<div class="notice" data-seq=${event.seq}><span><b>${event.author?.name || "CoAgent"}</b> ran <a class="link" href=${`/runs/${event.run}`}>${script.name}</a></span><${Clock} at=${event.at} /></div>`
        : html`<${Live} event=${event} context=${context} target=${target} />`;
}

/** @param {{event: RoomEvent, context: any, target: boolean}} props */
function Live({ event, context, target }) {
    const watch = useRun(/** @type {string} */ (event.run), LIVE_BYTES);
    useStore(watch.version);
    const { run } = useStore(watch.status);
    const { output } = watch;
    const lines = [];
    for (let number = Math.max(output.first, output.last - LIVE_LINES); number < output.last; number++) {
        lines.push(/** @type {any} */ (output.line(number)));
    }
    return html`<${Card} event=${event} target=${target} live
        state=${run ? html`<${RunState} run=${run} /><span class="soft small"><${Took} run=${run} /></span>` : html`<${Pill} state=${event.body.state} />`}
        actions=${run && context.canWrite && isLive(run) && html`<${RunActions} small run=${run} onChange=${(/** @type {any} */ next) => watch.put(next)} />`}>
        ${lines.length > 0 && html`<${LogExcerpt} lines=${lines} />`}
    </${Card}>`;
}

/** The event that tells how it ended. @param {{event: RoomEvent, context: any, target: boolean}} props */
export function RunEnd({ event, context, target }) {
    const { text, state, duration_ms: took, files, message } = event.body;
    const lines = useMemo(() => linesOf(text || ""), [text]);
    const [asked, setAsked] = useState(false);
    const again = async () => {
        setAsked(true);
        await attempt(() => post(`/runs/${event.run}/retry`, { mode: "again" }));
        setAsked(false);
    };
    const reason = message || why(/** @type {import("../types.js").Run} */ ({ ...event.body, state, reason: null }));
    return html`<${Card} event=${event} target=${target}
        state=${html`<${Pill} state=${state} />${took !== undefined && took !== null && html`<span class="soft small tabular">${duration(took)}</span>`}`}
        actions=${context.canWrite && event.kind === "error" && event.body.retriable !== false && html`<${Button} small icon="refresh" busy=${asked} onClick=${again}>Run again</${Button}>`}>
        ${event.kind === "error" && reason && html`<p class="run-card__reason"><${Icon} name="warning" size=${14} />${reason}</p>`}
        ${lines.length > 0 && html`<${LogExcerpt} lines=${lines} />`}
        ${files > 0 && html`<p class="small"><a href=${`/runs/${event.run}`}>${plural(files, "file")} to download</a></p>`}
    </${Card}>`;
}

/** @param {string} text */
function linesOf(text) {
    const reader = new LineReader();
    reader.take({ stream: "stdout", text, at: "" });
    return reader.lines;
}

/** @param {{event: RoomEvent, target: boolean, live?: boolean, state: unknown, actions: unknown, children?: unknown}} props */
function Card({ event, target, live, state, actions, children }) {
    const { script } = event.body;
    return html`<article class=${classes("post", "post--head", target && "post--target")} tabindex="-1" data-seq=${event.seq}
        aria-label=${`Run of ${script.name}, ${clock(event.at)}`} aria-busy=${live ? "true" : undefined}>
        <div class="post__side"><span class="run-card__mark"><${Icon} name="runs" /></span></div>
        <div class="post__content">
            <div class="post__head"><span class="post__name ellipsis">${script.name}</span><span class="post__kind">run</span>
                <span class="soft small ellipsis">for ${event.author?.name || "CoAgent"}</span><${Clock} at=${event.at} class="post__time" /></div>
            <div class="run-card">
                <div class="run-card__head">${state}<span class="run-card__actions">${actions}
                    <${Button} small href=${`/runs/${event.run}`}>Open</${Button}></span></div>
                ${children}
            </div>
        </div>
    </article>`;
}
