/** Shared parts of the pages and cards of runs: following one, its state, its time, and what can be done with it. */
import { post } from "../api.js";
import { html, useEffect, useMemo, useState } from "../dom.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icon.js";
import { Pill } from "../parts/pill.js";
import { attempt } from "../parts/toast.js";
import { isLive } from "./state.js";
import { RunWatch } from "./watch.js";
import { took } from "./words.js";

/** Follows a run for as long as the component is shown. @param {string} id @param {number} [first] bytes of output to begin with */
export function useRun(id, first) {
    const watch = useMemo(() => new RunWatch(id, { first }), [id]);
    useEffect(() => {
        watch.open();
        return () => watch.close();
    }, [watch]);
    return watch;
}

/** The state of a run; one that was asked to stop says so until it has. @param {{run: import("../types.js").Run}} props */
export function RunState({ run }) {
    return run.cancel_requested && isLive(run) ? html`<${Pill} tone="warn">Stopping</${Pill}>` : html`<${Pill} state=${run.state} />`;
}

/** How long it took; of one that goes on, how long so far. @param {{run: import("../types.js").Run}} props */
export function Took({ run }) {
    const [, redraw] = useState(0);
    const goesOn = isLive(run) && Boolean(run.started_at);
    useEffect(() => {
        const timer = goesOn ? setInterval(() => redraw((n) => n + 1), 1000) : 0;
        return () => clearInterval(timer);
    }, [goesOn]);
    return html`<span class="tabular">${took(run)}</span>`;
}

/**
 * Stop, or run again.
 * @param {{run: import("../types.js").Run, onChange: (run: import("../types.js").Run) => void, onAgain?: (run: import("../types.js").Run) => void, small?: boolean}} props
 *   onAgain: with the new run; without it there is no second button
 */
export function RunActions({ run, onChange, onAgain, small }) {
    const [busy, setBusy] = useState(false);
    const ask = async (/** @type {string} */ action, /** @type {object} */ body, /** @type {(run: import("../types.js").Run) => void} */ then) => {
        setBusy(true);
        const answer = await attempt(() => post(`/runs/${run.id}/${action}`, body));
        setBusy(false);
        if (answer) {
            then(answer);
        }
    };
    if (run.role === "viewer") {
        return null;
    }
    if (isLive(run)) {
        const stopping = busy || run.cancel_requested;
        return html`<${Button} small=${small} icon="stop" disabled=${stopping} onClick=${() => ask("cancel", undefined, onChange)}>${stopping ? "Stopping" : "Stop"}</${Button}>`;
    }
    return onAgain && (run.kind === "script" || run.state !== "succeeded") && html`<${Button} small=${small} icon="refresh" busy=${busy}
        onClick=${() => ask("retry", { mode: "again" }, onAgain)}>Run again</${Button}>`;
}

/** Why a run did not succeed. @param {{text: string}} props */
export function RunReason({ text }) {
    return text && html`<div class="problem"><${Icon} name="warning" /><div>${text}</div></div>`;
}
