/** One script: its code, what it takes, its versions, its runs, its settings, and running it. */
import { get } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { directionNote } from "../code/hidden.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { copyText } from "../parts/copy.js";
import { download } from "../parts/download.js";
import { useHotkeys } from "../parts/hotkeys.js";
import { Icon } from "../parts/icon.js";
import { LeaveGuard } from "../parts/form/leave-guard.js";
import { saveOver } from "../parts/form/save-over.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm } from "../parts/skeleton.js";
import { Tabs } from "../parts/tabs.js";
import { tell } from "../parts/toast.js";
import { go, place, setQuery } from "../router.js";
import { useStore } from "../store.js";
import { ScriptCode } from "./code.js";
import { DeleteScript } from "./delete-dialog.js";
import { useDraft } from "./draft.js";
import { saveFile } from "./file.js";
import { fileName, kindName } from "./kinds.js";
import { SchemaEditor } from "./parameters/schema-editor.js";
import { ScriptRuns } from "./run/list.js";
import { ScriptRun } from "./run/panel.js";
import { ConflictDialog, NoteDialog } from "./save-dialogs.js";
import { ScriptSettings } from "./settings.js";
import { ScriptVersions } from "./versions.js";

/** @param {{id: string, title: string}} props title: while it is loaded */
export function Script({ id, title }) {
    const { data: script, problem, reload, setData } = useLoad((signal) => get(`/scripts/${id}`, signal), [id]);
    if (!script) {
        return html`<${Page} title=${title}>${problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : html`<${SkeletonForm} />`}</${Page}>`;
    }
    return html`<${Workbench} script=${script} onChange=${setData} />`;
}

/** @param {{script: import("../types.js").Script, onChange: (script: import("../types.js").Script) => void}} props */
function Workbench({ script, onChange }) {
    const { query: { tab = "code", panel = "" } } = useStore(place);
    const draft = useDraft(script, onChange);
    const [dialog, setDialog] = useState("");
    const close = () => setDialog("");
    useEffect(() => {
        if (draft.isBack) {
            tell("Your unsaved changes were restored");
        }
    }, []);
    const [conflict, setConflict] = useState(/** @type {Conflict | null} */ (null));
    const { save, canSave, busy, problem } = useSaving(script, draft, setConflict);
    const run = () => {
        const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.run-form"));
        if (form) {
            form.requestSubmit();
        } else {
            setQuery({ panel: "run", run: null });
        }
    };
    useHotkeys({ s: () => save(), Enter: run });
    const gone = () => {
        draft.lose();
        go("/scripts", { force: true });
    };
    const closePanel = () => setQuery({ panel: null, run: null });

    return html`<${Page} bare title=${script.name} context=${html`<${Facts} script=${script} />`} actions=${html`
            ${script.editable && html`<${Button} busy=${busy} disabled=${!draft.changed} title="Save (Ctrl-S)" onClick=${() => save()}>Save</${Button}>`}
            <${Button} kind="primary" icon="start" title="Run (Ctrl-Enter)" onClick=${run}>Run</${Button}>
            <${Menu} label="Script menu" items=${menuOf(script, draft, setDialog)} />`}>
        <div class="page__body"><div class="script">
            <${ScriptTabs} script=${script} draft=${draft} tab=${tab} />
            <${ScriptCode} script=${script} draft=${draft} hidden=${tab !== "code"} problem=${problem} onChange=${onChange} />
            ${tab !== "code" && html`<div class="page__scroll" tabindex="-1"><div class="page__content"><${View} ...${{ tab, script, draft, problem, onChange }} /></div></div>`}
        </div>
        ${panel === "run" && html`<${ScriptRun} key=${JSON.stringify(script.parameters)} script=${script} changed=${draft.changed} onSave=${script.editable ? save : null} onClose=${closePanel} />`}
        </div>
        <${LeaveGuard} when=${canSave} what=${script.name} onLose=${draft.lose} />
        ${dialog === "note" && html`<${NoteDialog} onSave=${(/** @type {string} */ note) => save({ note })} onClose=${close} />`}
        ${conflict && html`<${ConflictDialog} key=${conflict.theirs.version} script=${script} draft=${draft} conflict=${conflict}
            onTake=${onChange} onSave=${save} onClose=${() => setConflict(null)} />`}
        ${dialog === "delete" && html`<${DeleteScript} script=${script} onClose=${close} onDone=${gone} />`}
    </${Page}>`;
}

/** @typedef {import("./save-dialogs.js").Conflict} Conflict */

/**
 * Saves; once more when somebody else has changed nothing that a version consists of.
 * @param {import("./draft.js").Draft} draft
 * @param {{note?: string, over?: import("../types.js").Script, taken?: string[]}} how
 * @param {(conflict: Conflict) => void} onConflict
 */
async function saveDraft(draft, how, onConflict) {
    let next = how;
    const { saved, found } = await saveOver(() => draft.save(next), (theirs, last) => {
        const parts = draft.compare(theirs);
        next = { note: how.note, over: theirs };
        return last || parts.both.length + parts.theirs.length > 0 ? { theirs, found: parts, note: how.note } : null;
    });
    if (found) {
        onConflict(found);
    }
    return saved;
}

/**
 * Saves the draft.
 * @param {import("../types.js").Script} script
 * @param {import("./draft.js").Draft} draft
 * @param {(conflict: Conflict) => void} onConflict when another user saved a version in the meantime
 */
function useSaving(script, draft, onConflict) {
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState(/** @type {import("../api.js").ApiProblem | null} */ (null));
    const canSave = script.editable && draft.changed;

    const save = async (/** @type {any} */ how = {}) => {
        if (!canSave || busy) {
            return undefined;
        }
        setBusy(true);
        setProblem(null);
        try {
            const saved = await saveDraft(draft, how, onConflict);
            if (saved) {
                tell(`Saved as version ${saved.latest}. ${directionNote(saved.code)}`.replace(/\. $/, ""));
            }
            return saved;
        } catch (caught) {
            setProblem(caught);
            setQuery({ tab: caught.fields?.parameters ? "parameters" : null });
            return undefined;
        } finally {
            setBusy(false);
        }
    };
    return { save, canSave, busy, problem };
}

/** @param {{script: import("../types.js").Script}} props */
function Facts({ script }) {
    return html`${kindName(script.kind)} · version ${script.latest}${script.visibility === "private" && html` · <${Icon} name="lock" size=${12} /> private`}${!script.editable && html` · by <bdi>${script.owner?.name}</bdi>`}`;
}

/** @param {import("../types.js").Script} script @param {any} draft @param {(dialog: string) => void} show */
function menuOf(script, draft, show) {
    return [
        script.editable && { text: "Save with a note…", icon: "edit", disabled: !draft.changed, onSelect: () => show("note") },
        draft.changed && { text: "Discard changes", icon: "refresh", onSelect: () => draft.reset(script) },
        { text: "Download", icon: "arrowDown", onSelect: () => saveFile(fileName(script), draft.code) },
        { text: script.files.length ? "Export as zip (saved version)" : "Export as zip", icon: "archive",
            onSelect: () => download(`/scripts/${script.id}/export`, `${script.name}.zip`, `/scripts/${script.id}`) },
        { text: "Copy ID", icon: "copy", onSelect: () => copyText(script.id).then(() => tell("Copied")) },
        ...(script.editable ? [null, { text: "Delete…", icon: "trash", danger: true, onSelect: () => show("delete") }] : []),
    ];
}

/** @param {{script: import("../types.js").Script, draft: any, tab: string}} props */
function ScriptTabs({ script, draft, tab }) {
    const at = (/** @type {string} */ name) => `/scripts/${script.id}${name === "code" ? "" : `?tab=${name}`}`;
    return html`<div class="script__tabs"><${Tabs} label="Script" current=${tab} items=${[
        { id: "code", text: draft.codeChanged || draft.filesChanged ? "Code •" : "Code", href: at("code") },
        { id: "parameters", text: draft.parametersChanged ? "Parameters •" : "Parameters", href: at("parameters"), number: draft.rows.length },
        { id: "versions", text: "Versions", href: at("versions"), number: script.latest },
        { id: "runs", text: "Runs", href: at("runs") }, { id: "settings", text: "Settings", href: at("settings") }]} /></div>`;
}

/** @param {any} props */
function View({ tab, script, draft, problem, onChange }) {
    switch (tab) {
    case "parameters": return html`<${SchemaEditor} kind=${script.kind} rows=${draft.rows} onChange=${draft.setRows} readOnly=${!script.editable} problem=${problem?.fields?.parameters} />`;
    case "versions": return html`<${ScriptVersions} script=${script} draft=${draft} onChange=${onChange} />`;
    case "runs": return html`<${ScriptRuns} script=${script} />`;
    default: return html`<${ScriptSettings} key=${script.id} script=${script} onSaved=${onChange} />`;
    }
}
