/** The audit log: who did what, to what, from where. */
import { get, query } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { exact } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { visible } from "../code/hidden.js";
import { useList } from "../load.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { Copyable } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { SearchField } from "../parts/form/field.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Segments } from "../parts/form/switch.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { place, setQuery } from "../router.js";
import { noteAudit } from "../start/state.js";
import { useStore } from "../store.js";

const NAMES = ["actor", "action", "outcome", "object_kind", "object_id", "request", "since", "until"];

/** @param {{title: string}} props */
export function Audit({ title }) {
    const { query: asked } = useStore(place);
    const filter = Object.fromEntries(NAMES.map((name) => [name, asked[name]]));
    const list = useList((cursor, signal) => get("/audit" + query({ ...filter, cursor }), signal), Object.values(filter));
    useEffect(noteAudit, []);
    const [open, setOpen] = useState(/** @type {import("../types.js").Audit | null} */ (null));
    const filtered = Object.values(filter).some(Boolean);
    return html`<${Page} title=${title} context="Every action, with its actor and origin"
        actions=${html`<${Button} icon="refresh" kind="quiet" label="Refresh" onClick=${list.reload} />`}>
        <${Filters} filter=${filter} filtered=${filtered} />
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} rows=${10} />`
            : !list.items.length ? html`<${Empty} icon="audit" title="No entries found" text="No actions match these filters.">
                <${Button} onClick=${() => setQuery(Object.fromEntries(NAMES.map((name) => [name, null])))}>Show all</${Button}></${Empty}>`
            : html`<${Entries} list=${list} onOpen=${setOpen} />`}
        ${open && html`<${Details} entry=${open} onClose=${() => setOpen(null)} />`}
    </${Page}>`;
}

/** @param {{filter: Record<string, string | undefined>, filtered: boolean}} props */
function Filters({ filter, filtered }) {
    const [action, setAction] = useState(filter.action || "");
    const submit = (/** @type {Event} */ event) => {
        event.preventDefault();
        setQuery({ action: action.trim() });
    };
    return html`<div class="page__tools">
        <form onSubmit=${submit}><${SearchField} label="Action, for example room.create" value=${action} onInput=${setAction} onChange=${submit} /></form>
        <${Segments} label="Outcome" name="outcome" value=${filter.outcome || ""} onChange=${(/** @type {string} */ outcome) => setQuery({ outcome })}
            options=${[{ value: "", label: "All" }, { value: "done", label: "Done" }, { value: "refused", label: "Refused" }, { value: "failed", label: "Failed" }]} />
        ${filtered && html`<${Button} kind="quiet" icon="close" onClick=${() => { setAction(""); setQuery(Object.fromEntries(NAMES.map((name) => [name, null]))); }}>Clear filters</${Button}>`}
    </div>`;
}

/** The actor of an entry without a principal: a client without a login, or the runner and the command line.
 * @param {{address: string | null}} entry */
function nobody(entry) {
    return entry.address ? "Not logged in" : "System";
}

/** @param {{list: import("../load.js").List, onOpen: (entry: import("../types.js").Audit) => void}} props */
function Entries({ list, onOpen }) {
    return html`<${Table} label="Actions" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
        { title: "Actor", draw: (entry) => entry.actor
            ? html`<button type="button" class="table__who link-plain" title="Filter by this actor" onClick=${() => setQuery({ actor: entry.actor.id })}><${Avatar} of=${entry.actor} size="small" />${entry.actor.name}</button>`
            : html`<span class="soft">${nobody(entry)}</span>` },
        { title: "Action", draw: (entry) => html`<button type="button" class="link-plain mono" title="Filter by this action" onClick=${() => setQuery({ action: entry.action })}>${entry.action}</button>` },
        { title: "Object", draw: (entry) => entry.object && html`<span class="soft">${entry.object.kind}${entry.detail?.name ? html` “<bdi>${visible(entry.detail.name)}</bdi>”` : ""}</span>` },
        { title: "Outcome", draw: (entry) => html`<${Pill} state=${entry.outcome} />` },
        { title: "From", draw: (entry) => html`<span class="soft mono">${entry.address || ""}</span>` },
        { title: "Time", draw: (entry) => html`<span class="soft"><${Ago} at=${entry.at} /></span>` },
        { title: "Details", kind: "actions", draw: (entry) => html`<${Button} kind="quiet" small icon="info" label="Details" onClick=${() => onOpen(entry)} />` },
    ]} />`;
}

/** @param {{entry: import("../types.js").Audit, onClose: () => void}} props */
function Details({ entry, onClose }) {
    const { changes, rest } = changesOf(entry.detail);
    return html`<${Dialog} title=${entry.action} wide onClose=${onClose}><div class="dialog__body">
        <dl class="facts">
            <dt>Time</dt><dd>${exact(entry.at)}</dd>
            <dt>Actor</dt><dd>${entry.actor ? html`<bdi>${entry.actor.name}</bdi> (@${entry.actor.handle})` : nobody(entry)}</dd>
            ${entry.on_behalf_of && html`<dt>On behalf of</dt><dd>${entry.on_behalf_of.name}</dd>`}
            ${entry.run && html`<dt>Through</dt><dd><a href=${`/runs/${entry.run}`}>a run of a script</a></dd>`}
            ${entry.object && html`<dt>Object</dt><dd>${entry.object.kind} <span class="mono">${entry.object.id}</span></dd>`}
            <dt>Outcome</dt><dd><${Pill} state=${entry.outcome} /></dd>
            <dt>From</dt><dd class="mono">${entry.address || "unknown"}</dd>
        </dl>
        ${entry.request_id && html`<div class="stack"><span class="soft small">Request</span><${Copyable} text=${entry.request_id} label="Copy request ID" /></div>`}
        ${changes.length > 0 && html`<${Table} label="Changes" rows=${changes} columns=${[
            { title: "Field", draw: ({ id }) => html`<span class="mono">${visible(id)}</span>` },
            { title: "Before", draw: ({ before }) => html`<${Value} of=${before} />` },
            { title: "After", draw: ({ after }) => html`<${Value} of=${after} />` }]} />`}
        ${Object.keys(rest).length > 0 && html`<div class="code"><pre tabindex="0">${visible(JSON.stringify(rest, null, 2))}</pre></div>`}
    </div></${Dialog}>`;
}

/** What an edit has changed, by field, and what else its entry says. @param {Record<string, unknown> | null} detail */
function changesOf(detail) {
    const { from, to, ...rest } = detail || {};
    if (!isObject(from) || !isObject(to)) {
        return { changes: [], rest: detail || {} };
    }
    return { changes: Object.keys({ ...from, ...to }).map((id) => ({ id, before: from[id], after: to[id] })), rest };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {{of: unknown}} props */
function Value({ of }) {
    if (of === undefined || of === null || of === "") {
        return html`<span class="soft">(empty)</span>`;
    }
    return html`<bdi class="table__value">${visible(typeof of === "string" ? of : JSON.stringify(of))}</bdi>`;
}
