/** The runs of a script, newest first. */
import { get, query } from "../../api.js";
import { html } from "../../dom.js";
import { useList } from "../../load.js";
import { Button } from "../../parts/button.js";
import { Empty } from "../../parts/empty.js";
import { Pill } from "../../parts/pill.js";
import { ProblemState } from "../../parts/problem.js";
import { SkeletonRows } from "../../parts/skeleton.js";
import { Table } from "../../parts/table.js";
import { Ago } from "../../parts/time.js";
import { place, setQuery } from "../../router.js";
import { RunState, Took } from "../../run/parts.js";
import { useStore } from "../../store.js";

/** @param {{script: import("../../types.js").Script}} props */
export function ScriptRuns({ script }) {
    const { query: { run: started = "" } } = useStore(place);
    const list = useList((cursor, signal) => get("/runs" + query({ script: script.id, cursor }), signal), [script.id, started]);
    if (list.problem) {
        return html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`;
    }
    if (!list.items) {
        return html`<${SkeletonRows} />`;
    }
    if (!list.items.length) {
        return html`<${Empty} icon="start" title="No runs yet" text="Each run appears here with its outcome and output.">
            <${Button} kind="primary" icon="start" onClick=${() => setQuery({ panel: "run", run: null })}>Run it</${Button}></${Empty}>`;
    }
    return html`<div class="page__tools"><span /><${Button} icon="refresh" onClick=${list.reload}>Refresh</${Button}></div>
        <${Table} label="Runs" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Queued", draw: (run) => html`<a href=${`/runs/${run.id}`}><${Ago} at=${run.queued_at} /></a>` },
            { title: "Status", draw: (run) => html`<${RunState} run=${run} />${run.dry_run && html` <${Pill} plain>Dry run</${Pill}>`}` },
            { title: "Version", draw: (run) => html`<span class="soft">${run.script?.version}</span>` },
            { title: "Started by", draw: (run) => html`<span class="table__short soft ellipsis">${run.asked_by?.name}</span>` },
            { title: "Duration", kind: "number", draw: (run) => html`<span class="soft"><${Took} run=${run} /></span>` },
        ]} />`;
}
