/** A run beside something else: its state, its live output and how it ended. */
import { classes, html, useState } from "../dom.js";
import { Log } from "../log/log.js";
import { Button } from "../parts/button.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { useStore } from "../store.js";
import { RunFacts } from "./facts.js";
import { RunActions, RunReason, RunState, Took, useRun } from "./parts.js";
import { isLive } from "./state.js";
import { nameOf, why } from "./words.js";

/**
 * @param {{run: string | {id: string}, onRun?: (run: import("../types.js").Run) => void, class?: string}} props
 *   run: its id, or what POST …/run answered; onRun: it was run again, this is the new one, which is shown from then on
 */
export function RunPanel({ run: given, onRun, class: more }) {
    const asked = typeof given === "string" ? given : given.id;
    const [shown, setShown] = useState({ asked, id: asked });
    // Another run than the one that was asked for is shown only until another is asked for.
    const id = shown.asked === asked ? shown.id : asked;
    const again = (/** @type {import("../types.js").Run} */ run) => {
        setShown({ asked, id: run.id });
        onRun?.(run);
    };
    return html`<${Shown} key=${id} id=${id} onAgain=${again} class=${more} />`;
}

/** @param {{id: string, onAgain: (run: import("../types.js").Run) => void, class?: string}} props */
function Shown({ id, onAgain, class: more }) {
    const watch = useRun(id);
    const { run, problem } = useStore(watch.status);
    if (!run) {
        return problem ? html`<${ProblemState} small problem=${problem} onRetry=${() => watch.load()} />` : html`<${SkeletonRows} rows=${3} />`;
    }
    const live = isLive(run);
    return html`<div class=${classes("run-panel", more)}>
        <div class="run-panel__head">
            <span role="status"><${RunState} run=${run} /></span>
            <span class="soft small"><${Took} run=${run} /></span>
            <span class="run-panel__actions"><${RunActions} small run=${run} onChange=${(/** @type {any} */ next) => watch.put(next)} onAgain=${onAgain} />
                <${Button} small kind="quiet" icon="runs" href=${`/runs/${run.id}`} label="Open run page" /></span>
        </div>
        <${RunReason} text=${why(run)} />
        <${Log} watch=${watch} name=${nameOf(run)} small />
        ${!live && html`<details class="run-panel__more"><summary>Details</summary><${RunFacts} run=${run} /></details>`}
    </div>`;
}
