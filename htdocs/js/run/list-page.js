/** The history of runs: what was executed, for whom, and how it ended. The filters are the address. */
import { get, query } from "../api.js";
import { html, useEffect, useListener, useRef } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useList, useLoad } from "../load.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Segments } from "../parts/form/switch.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { place, setQuery } from "../router.js";
import { me } from "../session.js";
import { useStore } from "../store.js";
import { FILTERS, filterOf, merged } from "./list.js";
import { RunState, Took } from "./parts.js";
import { kindOf, nameOf, through, why } from "./words.js";

const FRESH_MS = 3000;
const NOTHING = Object.fromEntries(FILTERS.map((name) => [name, null]));

/** @param {{title: string}} props */
export function Runs({ title }) {
    const { query: asked } = useStore(place);
    const filter = Object.fromEntries(FILTERS.map((name) => [name, asked[name]]));
    const fetchPage = (/** @type {string | null} */ cursor, /** @type {AbortSignal} */ signal) => get("/runs" + query({ ...filterOf(filter), cursor }), signal);
    const list = useList(/** @type {any} */ (fetchPage), Object.values(filter));
    const filtered = Object.values(filter).some(Boolean);
    useFresh(list, fetchPage);
    return html`<${Page} title=${title} context="Scripts and agent answers"
        actions=${html`<${Button} icon="refresh" kind="quiet" label="Refresh" onClick=${list.reload} />`}>
        <${Filters} filter=${filter} filtered=${filtered} />
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} rows=${10} />`
            : list.items.length ? html`<${Rows} list=${list} />`
            : filtered ? html`<${Empty} icon="runs" title="No runs found" text="No runs match these filters."><${Button} onClick=${() => setQuery(NOTHING)}>Show all</${Button}></${Empty}>`
            : html`<${Empty} icon="runs" title="No runs yet" text="Scripts that you run, here or with /run in a room, appear here with their output."><${Button} kind="primary" href="/scripts">Go to scripts</${Button}></${Empty}>`}
    </${Page}>`;
}

/** Asks for the newest page now and then, as long as somebody looks. @param {import("../load.js").List} list @param {(cursor: null, signal: AbortSignal) => Promise<import("../types.js").Page<import("../types.js").Run>>} fetchPage */
function useFresh(list, fetchPage) {
    const latest = useRef({ list, fetchPage });
    latest.current = { list, fetchPage };
    const look = async () => {
        const before = latest.current;
        if (document.hidden || !before.list.items || before.list.busy) {
            return;
        }
        const page = await before.fetchPage(null, undefined).catch(() => null);
        if (page && latest.current.list.items === before.list.items) {
            before.list.change((/** @type {any[]} */ shown) => merged(shown, page.items, Boolean(page.next)));
        }
    };
    useEffect(() => {
        const timer = setInterval(look, FRESH_MS);
        return () => clearInterval(timer);
    }, []);
    useListener(document, "visibilitychange", look);
}

/** @param {{filter: Record<string, string | undefined>, filtered: boolean}} props */
function Filters({ filter, filtered }) {
    const between = Boolean(filter.since || filter.until || filter.time === "between");
    const choose = (/** @type {string} */ name) => (/** @type {import("../dom.js").InputEvent} */ event) => setQuery({ [name]: event.target.value });
    const chooseTime = (/** @type {import("../dom.js").InputEvent} */ event) => setQuery({ time: event.target.value, since: null, until: null });
    return html`<div class="runs__filters">
        <${Segments} label="Status" name="state" value=${filter.state || ""} onChange=${(/** @type {string} */ state) => setQuery({ state })}
            options=${[{ value: "", label: "All" }, { value: "live", label: "Running" }, { value: "succeeded", label: "Succeeded" }, { value: "failed", label: "Failed" }, { value: "cancelled", label: "Cancelled" }]} />
        <${Choice} label="Kind" value=${filter.kind} onChange=${choose("kind")} options=${[["", "All kinds"], ["script", "Scripts"], ["agent", "Agent answers"]]} />
        <${ScriptChoice} value=${filter.script} onChange=${choose("script")} />
        <${Choice} label="Started by" value=${filter.who} onChange=${choose("who")} options=${whoOptions(filter.who)} />
        <${Choice} label="Time" value=${between ? "between" : filter.time} onChange=${chooseTime}
            options=${[["", "Any time"], ["hour", "Last hour"], ["day", "Last 24 hours"], ["week", "Last 7 days"], ["month", "Last 30 days"], ["between", "Between…"]]} />
        ${between && html`<span class="runs__dates">
            <input class="input" type="date" aria-label="From" value=${filter.since || ""} max=${filter.until} onChange=${choose("since")} />
            <input class="input" type="date" aria-label="To" value=${filter.until || ""} min=${filter.since} onChange=${choose("until")} /></span>`}
        ${filtered && html`<${Button} kind="quiet" icon="close" onClick=${() => setQuery(NOTHING)}>Clear filters</${Button}>`}
    </div>`;
}

/** @param {string | undefined} who @returns {[string, string][]} */
const whoOptions = (who) => [["", "Everyone"], ["me", "Me"], .../** @type {[string, string][]} */ (who && who !== "me" ? [[who, who === me().id ? "Me" : "One person"]] : [])];

/** @param {{label: string, value: string | undefined, options: [string, string][], onChange: (event: any) => void}} props */
function Choice({ label, value = "", options, onChange }) {
    return html`<select class="input" aria-label=${label} onChange=${onChange}>
        ${options.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}</select>`;
}

/** @param {{value: string | undefined, onChange: (event: any) => void}} props */
function ScriptChoice({ value, onChange }) {
    const { data } = useLoad((signal) => get("/scripts" + query({ limit: 200 }), signal), []);
    const known = (data?.items || []).map((/** @type {any} */ { id, name }) => [id, name]);
    const others = value && !known.some((/** @type {any} */ [id]) => id === value) ? [[value, "One script"]] : [];
    return (known.length > 0 || value) && html`<${Choice} label="Script" value=${value} onChange=${onChange} options=${[["", "All scripts"], ...known, ...others]} />`;
}

/** @param {{list: import("../load.js").List}} props */
function Rows({ list }) {
    return html`<${Table} label="Runs" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
        { title: "Run", draw: (run) => html`<div class="table__who"><div><a class="ellipsis table__main" href=${`/runs/${run.id}`}>${nameOf(run)}</a>
            <small>${kindOf(run.kind)}${run.script ? `, version ${run.script.version}` : ""}${run.dry_run ? ", dry run" : ""}</small></div></div>` },
        { title: "Status", draw: (run) => html`<${RunState} run=${run} />` },
        { title: "Details", draw: (run) => html`<span class="soft runs__why">${why(run)}</span>` },
        { title: "Started by", draw: (run) => run.asked_by
            ? html`<button type="button" class="table__who link-plain" title="Filter by this person" onClick=${() => setQuery({ who: run.asked_by.id })}><${Avatar} of=${run.asked_by} size="small" />${run.asked_by.name}</button>`
            : html`<span class="soft">System</span>` },
        { title: "Source", draw: (run) => run.room ? html`<a href=${`/rooms/${run.room}${run.trigger_seq ? `?at=${run.trigger_seq}` : ""}`}>${run.room_name || "Room"}</a>` : html`<span class="soft">${through(run.via)}</span>` },
        { title: "Queued", draw: (run) => html`<span class="soft"><${Ago} at=${run.queued_at} /></span>` },
        { title: "Duration", kind: "number", draw: (run) => html`<span class="soft"><${Took} run=${run} /></span>` },
    ]} />`;
}
