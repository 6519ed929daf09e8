/** All there is to know about a run besides its output. */
import { html } from "../dom.js";
import { bytes, count, duration, exact } from "../format.js";
import { Button } from "../parts/button.js";
import { Copyable, CopyButton } from "../parts/copy.js";
import { download } from "../parts/download.js";
import { Icon } from "../parts/icon.js";
import { SCRIPT_APIS } from "../words.js";
import { RunState } from "./parts.js";
import { kindOf, through, took } from "./words.js";

/** @typedef {import("../types.js").Run} Run */

/** @param {{run: Run}} props */
export function RunFacts({ run }) {
    return html`<div class="stack">
        <${Files} run=${run} /><${Result} run=${run} /><${Parameters} run=${run} />
        <${Part} title="Run"><dl class="facts small">${rowsOf(run).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></${Part}>
        <${Part} title="Resources"><dl class="facts small">${used(run).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></${Part}>
        <${Copyable} text=${run.id} label="Copy run ID" />
    </div>`;
}

/** @param {{title: string, children?: unknown}} props */
function Part({ title, children }) {
    return html`<section class="run__part"><h2>${title}</h2>${children}</section>`;
}

/** The rows that have something to say. @param {[string, any][]} list @returns {[string, any][]} */
const set = (list) => list.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);

/** @param {Run} run */
function rowsOf(run) {
    const { script, agent, room, asked_by: who, mapping, limits } = run;
    const waited = run.started_at ? Date.parse(run.started_at) - Date.parse(run.queued_at) : 0;
    return set([
        ["Status", html`<${RunState} run=${run} />`],
        ["Kind", kindOf(run.kind)],
        ["Script", script && html`<a href=${`/scripts/${script.id}`}>${script.name}</a>, <a href=${`/scripts/${script.id}?tab=versions&version=${script.version}`}>version ${script.version}</a>`],
        ["Agent", agent && html`<a href=${`/agents/${agent.id}`}>${agent.name}</a>`],
        ["Started by", who && `${who.name} (@${who.handle})`],
        ["Source", through(run.via)],
        ["Room", room && html`<a href=${`/rooms/${room}${run.trigger_seq ? `?at=${run.trigger_seq}` : ""}`}>${run.room_name || "Open room"}</a>`],
        ["Mapping", mapping && html`<a href=${`/mappings/${mapping.id}`}>${mapping.name}</a>`],
        ["Dry run", run.dry_run && "Yes (no changes applied)"],
        ["Internet access", run.kind === "script" && (run.network ? "Allowed" : "None")],
        ["Networks", run.networks.join(", ")],
        ["API access", run.api !== "none" && `${SCRIPT_APIS[run.api].label}, for ${who?.name}`],
        ["Limits", limits && Object.keys(limits).length ? Object.entries(limits).map(([name, value]) => `${name.replace(/_/g, " ")} ${count(value)}`).join(", ") : ""],
        ["Queued at", exact(run.queued_at)],
        ["Started at", run.started_at && exact(run.started_at)],
        ["Queue time", run.started_at && duration(Math.max(0, waited))],
        ["Finished at", run.finished_at && exact(run.finished_at)],
        ["Attempt", run.attempt > 1 && String(run.attempt)],
        ["Retry of", run.retry_of && html`<a href=${`/runs/${run.retry_of}`}>an earlier run</a>`],
        ["Host", run.host],
    ]);
}

/** @param {Run} run */
function used(run) {
    const usage = run.usage || {};
    return set([
        ["Duration", took(run)],
        ["CPU", usage.cpu_ms !== undefined && duration(usage.cpu_ms)],
        ["Memory", usage.memory_bytes !== undefined && (usage.memory_bytes ? bytes(usage.memory_bytes) : "Too short to measure")],
        ["Tokens", usage.prompt_tokens !== undefined && `${count(usage.prompt_tokens)} input, ${count(usage.completion_tokens || 0)} output`],
        ["Cost", usage.cost && String(usage.cost)],
        ["Output", run.output && bytes(run.output.bytes)],
        ["Exit code", run.exit_code !== null && run.exit_code !== undefined && html`<span class="mono">${run.exit_code}</span>`],
        ["Signal", run.signal ? String(run.signal) : ""],
    ]);
}

/** @param {{run: Run}} props */
function Files({ run }) {
    const files = run.files || [];
    return files.length > 0 && html`<${Part} title="Files"><ul class="run__files">${files.map(({ id, path, size }) => html`<li>
        <${Icon} name="file" /><span class="ellipsis" title=${path}>${path}</span><small class="soft">${bytes(size)}</small>
        <${Button} kind="quiet" small icon="download" label=${`Download ${path}`} onClick=${() => download(`/files/${id}`, path.split("/").at(-1) || "file", `/runs/${run.id}`)} /></li>`)}</ul></${Part}>`;
}

/** @param {{run: Run}} props */
function Result({ run }) {
    const empty = run.kind === "agent" || run.result === null || run.result === undefined;
    const text = empty ? "" : JSON.stringify(run.result, null, 2);
    return !empty && html`<${Part} title="Result"><div class="run__json"><pre tabindex="0" aria-label="Result">${text}</pre>
        <${CopyButton} kind="quiet" small text=${text} label="Copy result" /></div></${Part}>`;
}

/** @param {{run: Run}} props */
function Parameters({ run }) {
    const given = Object.entries(run.parameters || {});
    return given.length > 0 && html`<${Part} title="Parameters"><dl class="facts small">${given.map(([name, value]) => html`
        <dt class="mono">${name}</dt><dd class="mono">${typeof value === "string" ? value : JSON.stringify(value)}</dd>`)}</dl></${Part}>`;
}
