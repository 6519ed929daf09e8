/** The scripts of the studio: found, made, uploaded. */
import { get, query } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { directionNote } from "../code/hidden.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { DropFile, FileButton } from "../parts/form/drop-file.js";
import { Empty } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Segments } from "../parts/form/switch.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { attempt, tell } from "../parts/toast.js";
import { TypedSearch } from "../parts/typed-search.js";
import { go, place, setQuery } from "../router.js";
import { may } from "../session.js";
import { createExample, EXAMPLES, runExample } from "../start/examples.js";
import { useStore } from "../store.js";
import { SCRIPT_KINDS } from "../words.js";
import { ScriptDialog } from "./create-dialog.js";
import { DeleteScript } from "./delete-dialog.js";
import { lineNote, uploadScript } from "./file.js";
import { ACCEPTED, isArchive, kindName } from "./kinds.js";

const open = (/** @type {import("../types.js").Script} */ script) => go(`/scripts/${script.id}`);

/** @param {File} file */
const upload = (file) => attempt(async () => {
    const script = await uploadScript(file);
    const note = isArchive(file) ? ` ${plural(script.files.length, "file")} beside it.` : lineNote(await file.text());
    tell(`${script.name} was uploaded.${note} ${directionNote(script.code)}`.trim());
    open(script);
});

const makeExample = () => attempt(async () => open(await createExample(EXAMPLES[0])));

/** @param {{title: string}} props */
export function Scripts({ title }) {
    const { query: { q = "", kind = "", mine = "" } } = useStore(place);
    const list = useList((cursor, signal) => get("/scripts" + query({ query: q, kind, mine, cursor }), signal), [q, kind, mine]);
    const [creating, setCreating] = useState(false);
    const creator = may("scripts.create");
    const actions = creator && html`<${FileButton} accept=${ACCEPTED} onFile=${upload}>Upload</${FileButton}>
        <${Button} kind="primary" icon="plus" onClick=${() => setCreating(true)}>New script</${Button}>`;
    const filtered = q || kind || mine;
    return html`<${Page} title=${title} context="Programs that run in a sandbox" actions=${actions}>
        ${(filtered || list.items?.length > 0) && html`<${Filters} q=${q} kind=${kind} mine=${mine} />`}
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} />`
            : list.items.length ? html`<${ScriptTable} list=${list} />`
            : filtered ? html`<${Empty} icon="search" title="No scripts found" text="No scripts match these filters.">
                <${Button} onClick=${() => setQuery({ q: null, kind: null, mine: null })}>Show all</${Button}></${Empty}>`
            : html`<${NoScripts} creator=${creator} onCreate=${() => setCreating(true)} />`}
        ${creating && html`<${ScriptDialog} onClose=${() => setCreating(false)} onSaved=${open} />`}
        ${creator && html`<${DropFile} text="Drop the file to create a script" onFile=${upload} />`}
    </${Page}>`;
}

/** @param {{creator: boolean, onCreate: () => void}} props */
function NoScripts({ creator, onCreate }) {
    return html`<${Empty} icon="script" title="No scripts yet" text="Scripts run in a sandbox with a form for inputs and live output.">
        ${creator && html`<${Button} kind="primary" icon="plus" onClick=${onCreate}>New script</${Button}>
            <${Button} icon="edit" onClick=${makeExample}>Create an example script</${Button}>
            <ul class="list examples" aria-label="Examples">${EXAMPLES.map((example) => html`<li class="list__item" key=${example.name}>
                <${Icon} name="script" /><div><b>${example.name}</b><div class="soft small">${example.description}</div></div>
                <${Button} small icon="start" aria-label=${`Run ${example.name}`}
                    onClick=${() => runExample(example)}>Run</${Button}></li>`)}</ul>`}
    </${Empty}>`;
}

/** @param {{q: string, kind: string, mine: string}} props */
function Filters({ q, kind, mine }) {
    return html`<div class="page__tools"><${TypedSearch} label="Search by name and description" name="q" value=${q} />
        <select class="input page__select" aria-label="Kind" onChange=${(/** @type {import("../dom.js").InputEvent} */ event) => setQuery({ kind: event.target.value })}>
            <option value="" selected=${!kind}>All kinds</option>
            ${Object.entries(SCRIPT_KINDS).map(([key, { label }]) => html`<option value=${key} selected=${key === kind}>${label}</option>`)}</select>
        <${Segments} label="Filter by owner" name="mine" value=${mine} onChange=${(/** @type {string} */ value) => setQuery({ mine: value })}
            options=${[{ value: "", label: "All" }, { value: "true", label: "Mine" }]} /></div>`;
}

/** @param {{list: import("../load.js").List}} props */
function ScriptTable({ list }) {
    const [deleting, setDeleting] = useState(/** @type {any} */ (null));
    return html`<${Table} label="Scripts" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Script", draw: (script) => html`<a class="table__who" href=${`/scripts/${script.id}`}><${Icon} name=${script.visibility === "private" ? "lock" : "script"} />
                <div><b class="ellipsis">${script.name}</b><small class="ellipsis">${script.description || `Version ${script.latest}`}</small></div></a>` },
            { title: "Kind", draw: (script) => html`<${Pill} plain>${kindName(script.kind)}</${Pill}>` },
            { title: "Last run", draw: (script) => (script.last_run ? html`<a class="row" href=${`/runs/${script.last_run.id}`}><${Pill} state=${script.last_run.state} />
                <span class="soft small"><${Ago} at=${script.last_run.queued_at} /></span></a>` : html`<span class="soft">Never run</span>`) },
            { title: "Owner", draw: (script) => html`<span class="table__short soft ellipsis">${script.owner?.name}</span>` },
            { title: "Actions", kind: "actions", draw: (script) => html`<${Menu} small label=${`Actions for ${script.name}`} items=${[
                { text: "Run…", icon: "start", onSelect: () => go(`/scripts/${script.id}?panel=run`) },
                { text: script.editable ? "Edit" : "View", icon: script.editable ? "edit" : "eye", onSelect: () => open(script) },
                ...(script.editable ? [null, { text: "Delete…", icon: "trash", danger: true, onSelect: () => setDeleting(script) }] : [])]} />` },
        ]} />
        ${deleting && html`<${DeleteScript} script=${deleting} onClose=${() => setDeleting(null)}
            onDone=${() => list.change((/** @type {any[]} */ items) => items.filter(({ id }) => id !== deleting.id))} />`}`;
}
