/** One run: its live log, and beside it all there is to know about it. */
import { remove } from "../api.js";
import { html, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { Log } from "../log/log.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { copyText } from "../parts/copy.js";
import { download } from "../parts/download.js";
import { Markdown } from "../parts/markdown.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { tell } from "../parts/toast.js";
import { go } from "../router.js";
import { me } from "../session.js";
import { useStore } from "../store.js";
import { RunFacts } from "./facts.js";
import { RunActions, RunReason, RunState, Took, useRun } from "./parts.js";
import { isLive } from "./state.js";
import { nameOf, why } from "./words.js";

/** @param {{id: string, title: string}} props title: while it is loaded */
export function RunView({ id, title }) {
    const watch = useRun(id);
    const { run, problem } = useStore(watch.status);
    const [deleting, setDeleting] = useState(false);
    if (!run) {
        return html`<${Page} title=${title}>${problem ? html`<${ProblemState} problem=${problem} onRetry=${() => watch.load()} />` : html`<${SkeletonRows} rows=${8} />`}</${Page}>`;
    }
    const name = nameOf(run);
    return html`<${Page} title=${name} bare context=${html`<span role="status"><${RunState} run=${run} /></span> <${Took} run=${run} />`} actions=${html`
            <${RunActions} run=${run} onChange=${(/** @type {any} */ next) => watch.put(next)} onAgain=${(/** @type {any} */ next) => go(`/runs/${next.id}`)} />
            <${Menu} label="Run menu" items=${[
                run.script && { text: "Open script", icon: "edit", onSelect: () => go(`/scripts/${run.script.id}`) },
                run.room && { text: "Open room", icon: "rooms", onSelect: () => go(`/rooms/${run.room}`) },
                run.kind !== "agent" && { text: "Download output", icon: "download", onSelect: () => download(`/runs/${id}/output?format=text`, `${name}.log`, `/runs/${id}`) },
                { text: "Copy link", icon: "link", onSelect: () => copyText(`${location.origin}/runs/${id}`).then(() => tell("Link copied")) },
                ...(run.kind !== "agent" && run.role === "owner" && !isLive(run)
                    ? [null, { text: "Delete output and files…", icon: "trash", danger: true, onSelect: () => setDeleting(true) }] : []),
            ]} />`}>
        ${deleting && html`<${ConfirmDialog} title="Delete output and files?" action="Delete" onClose=${() => setDeleting(false)}
            lost="This permanently deletes everything that the run wrote and left. The run stays in the list."
            onConfirm=${async () => {
                watch.put(await remove(`/runs/${id}/output`));
                await watch.toTail();
                tell("Output and files deleted");
            }} />`}
        <div class="run">
            <div class="run__main"><div class="run__state"><${RunState} run=${run} /><span class="soft small"><${Took} run=${run} /></span></div><${RunReason} text=${why(run)} />
                ${run.kind === "agent" ? html`<${Answer} run=${run} />` : html`<${Log} watch=${watch} name=${name} />`}</div>
            <aside class="run__side" aria-label="About the run"><${RunFacts} run=${run} /></aside>
        </div>
    </${Page}>`;
}

/** The text of an agent. @param {{run: import("../types.js").Run}} props */
function Answer({ run }) {
    const [handles] = useState(() => new Map());
    return html`<div class="card">${run.text ? html`<${Markdown} text=${run.text} handles=${handles} myId=${me().id} />`
        : html`<p class="soft">${isLive(run) ? "No output yet." : "This run produced no text."}</p>`}</div>`;
}
