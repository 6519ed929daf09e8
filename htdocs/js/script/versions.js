/** The versions of a script: one looked at, two compared, an old one brought back. Which ones is in the address. */
import { get, patch, query } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { useList, useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { CodeEditor } from "../parts/code-editor.js";
import { CopyButton } from "../parts/copy.js";
import { Dialog } from "../parts/dialog.js";
import { Diff } from "../parts/diff.js";
import { download } from "../parts/download.js";
import { saveOver } from "../parts/form/save-over.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { attempt, tell } from "../parts/toast.js";
import { setQuery, place, withQuery } from "../router.js";
import { useStore } from "../store.js";
import { SCRIPT_KINDS } from "../words.js";
import { sameContent } from "./draft.js";
import { nameOf } from "./folder/changes.js";
import { addressOf } from "./folder/content.js";
import { FilesCompared } from "./folder/diff.js";
import { schemaOf, rowsOf } from "./parameters/schema.js";

/** @param {{script: import("../types.js").Script, draft: any, onChange: (script: import("../types.js").Script) => void}} props */
export function ScriptVersions({ script, draft, onChange }) {
    const [conflict, setConflict] = useState(/** @type {Conflict | null} */ (null));
    const { query: { version = "" } } = useStore(place);
    const list = useList((cursor, signal) => get(`/scripts/${script.id}/versions` + query({ cursor }), signal), [script.id,
        script.latest]);
    if (list.problem) {
        return html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`;
    }
    if (!list.items) {
        return html`<${SkeletonRows} />`;
    }
    const taken = (/** @type {import("../types.js").Script} */ newest) => {
        setConflict(null);
        onChange(newest);
        draft.reset(newest);
        setQuery({ version: null, from: null });
    };
    const restore = (/** @type {number} */ number, over = script) => attempt(async () => {
        const { saved, found } = await restoreVersion(number, over);
        if (found) {
            setConflict(found);
        } else {
            taken(saved);
            tell(`Version ${number} was restored`);
        }
    });
    const restorable = script.editable && !draft.changed;
    return html`${conflict && html`<${RestoreDialog} script=${script} conflict=${conflict} onTake=${taken}
            onRestore=${() => restore(conflict.old.number, conflict.theirs)} onClose=${() => setConflict(null)} />`}${version ? html`<${Version} key=${version} script=${script} number=${Number(version)} restore=${restorable && Number(version) !== script.latest ? restore : null} />`
        : html`${script.editable && draft.changed && html`<p class="note versions__note">Save or discard your changes before you restore a version.</p>`}
        <${Table} label="Versions" rows=${list.items.map((/** @type {any} */ item) => ({ ...item, id: item.number }))} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Version", draw: ({ number, note }) => html`<a class="table__main" href=${withQuery({ version: number })}>Version ${number}</a>${note && html`<span class="table__sub">${note}</span>`}` },
            { title: "Author", draw: ({ author }) => html`<span class="table__short soft ellipsis">${author?.name}</span>` },
            { title: "Created", draw: ({ created_at }) => html`<span class="soft"><${Ago} at=${created_at} /></span>` },
            { title: "Size", kind: "number", draw: ({ size, file_count, file_bytes }) => html`<span class="soft">${sizeText(size)}
                ${file_count > 0 && html`<br /><small>+ ${plural(file_count, "file")}, ${sizeText(file_bytes)}</small>`}</span>` },
            { title: "Actions", kind: "actions", draw: ({ number }) => html`<${Menu} small label=${`Actions for version ${number}`} items=${[
                number > 1 && { text: "View changes", icon: "diff", onSelect: () => setQuery({ version: number, from: String(number - 1) }) },
                number !== script.latest && { text: "Compare with latest", icon: "diff", onSelect: () => setQuery({ version: String(script.latest), from: number }) },
                { text: "View", icon: "eye", onSelect: () => setQuery({ version: number, from: null }) },
                ...(restorable && number !== script.latest ? [null, { text: "Restore", icon: "refresh", onSelect: () => restore(number) }] : [])]} />` },
        ]} />`}`;
}

/** @typedef {import("../types.js").Script} Script */
/** @typedef {{theirs: Script, old: import("../types.js").ScriptVersion}} Conflict */

/**
 * Makes an old version the newest; once more when somebody else has changed nothing that a version consists of.
 * @param {number} number
 * @param {Script} over the newest version that the user has seen
 * @returns {Promise<{saved?: Script, found?: Conflict}>}
 */
async function restoreVersion(number, over) {
    const old = await get(`/scripts/${over.id}/versions/${number}`);
    const { code, parameters } = old;
    let { version } = over;
    return saveOver(() => patch(`/scripts/${over.id}`, { version, code, parameters, files_of: number, note: `Restored version ${number}` }),
        (theirs) => {
            ({ version } = theirs);
            return sameContent(over, theirs) ? null : { theirs, old };
        });
}

/** @param {{script: Script, conflict: Conflict, onTake: (script: Script) => void, onRestore: () => void, onClose: () => void}} props */
function RestoreDialog({ script, conflict: { theirs, old }, onTake, onRestore, onClose }) {
    return html`<${Dialog} title="Someone else saved a newer version" wide onClose=${onClose}>
        <div class="dialog__body stack"><p>Version ${theirs.latest} is now the latest. Restoring version ${old.number} would make the
            changes below. All stored versions are kept.</p>
            <${Compared} script=${script} before=${{ ...theirs, number: theirs.latest }} after=${old} /></div>
        <div class="dialog__actions"><${Button} onClick=${onClose}>Cancel</${Button}>
            <${Button} onClick=${() => onTake(theirs)}>Keep version ${theirs.latest}</${Button}>
            <${Button} kind="primary" onClick=${onRestore}>Restore version ${old.number}</${Button}></div>
    </${Dialog}>`;
}

/** "1.2 KB" @param {number} bytes */
const sizeText = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} KB`);

/** @param {{script: import("../types.js").Script, number: number, restore: ((number: number) => void) | null}} props */
function Version({ script, number, restore }) {
    const { query: { from = "" } } = useStore(place);
    const { data, problem, reload } = useLoad(async (signal) => {
        const [one, other] = await Promise.all([number, Number(from)].map((which) => (which ? get(`/scripts/${script.id}/versions/${which}`, signal) : null)));
        return { one, other };
    }, [number, from]);
    const back = html`<${Button} icon="back" href=${withQuery({ version: null, from: null })}>All versions</${Button}>`;
    if (problem) {
        return html`<div class="page__tools">${back}</div><${ProblemState} problem=${problem} onRetry=${reload} />`;
    }
    return html`<div class="page__tools versions__tools">${back}<${Comparison} script=${script} number=${number} from=${from} />
            ${restore && html`<${Button} icon="refresh" onClick=${() => restore(number)}>Restore version ${number}</${Button}>`}</div>
        ${!data ? html`<${SkeletonRows} rows=${8} />` : data.other ? html`<${Compared} script=${script} before=${data.other}
            after=${data.one} />`
            : html`<div class="row versions__bar"><p class="soft small">${data.one.note ? `“${data.one.note}” · ` : ""}by ${data.one.author?.name}, <${Ago} at=${data.one.created_at} /></p>
                <${CopyButton} small text=${data.one.code}>Copy</${CopyButton}></div>
            <${CodeEditor} class="code-editor--boxed" value=${data.one.code} language=${SCRIPT_KINDS[script.kind]?.language || "text"}
                label=${`Code of version ${number}`} readOnly /><${VersionFiles} script=${script} version=${data.one} />`}`;
}

/** @param {{script: import("../types.js").Script, number: number, from: string}} props */
function Comparison({ script, number, from }) {
    const numbers = Array.from({ length: script.latest }, (_, index) => script.latest - index);
    const choose = (/** @type {string} */ name) => (/** @type {import("../dom.js").InputEvent} */ event) => setQuery({ [name]: event.target.value });
    const options = (/** @type {string} */ chosen) => numbers.map((n) => html`<option value=${n} selected=${String(n) === chosen}>Version ${n}</option>`);
    return html`<div class="row"><label class="row">Show <select class="input versions__select" onChange=${choose("version")}>${options(String(number))}</select></label>
        <label class="row">compared with <select class="input versions__select" onChange=${choose("from")}><option value="" selected=${!from}>nothing</option>${options(from)}</select></label></div>`;
}

/** The files beside the script. @param {{script: import("../types.js").Script, version: any}} props */
function VersionFiles({ script, version: { number, files } }) {
    return files.length > 0 && html`<h2 class="versions__heading">${plural(files.length, "file")} beside the script</h2>
        <ul class="list">${files.map((/** @type {import("../types.js").ScriptFile} */ { path, size, executable }) => html`<li
            class="list__item" key=${path}>
            <${Icon} name="file" /><div><span class="mono">${path}</span><div class="soft small">${sizeText(size)}${executable
                && ", executable"}</div></div>
            <${Button} kind="quiet" small icon="download" label=${`Download ${path}`}
                onClick=${() => download(addressOf(script.id, path, number), nameOf(path), `/scripts/${script.id}`)} /></li>`)}</ul>`;
}

/** All parts of a version. @param {{script: import("../types.js").Script, before: any, after: any}} props */
function Compared({ script, before, after }) {
    const [left, right] = [before, after].map(({ parameters }) => JSON.stringify(schemaOf(rowsOf(parameters)), null, 4));
    return html`<div class="stack"><h2 class="versions__heading">Code</h2>
        <${Diff} before=${before.code} after=${after.code} label=${`Code of version ${before.number} compared with version ${after.number}`} />
        ${left !== right && html`<h2 class="versions__heading">Parameters</h2>
            <${Diff} before=${left} after=${right}
                label=${`Parameters of version ${before.number} compared with version ${after.number}`} />`}
        <${FilesCompared} script=${script.id} before=${before} after=${after} /></div>`;
}
