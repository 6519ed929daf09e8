/** The dialogs of saving a script: a note for the version, and the conflict with a newer version. */
import { html, useState } from "../dom.js";
import { bytes } from "../format.js";
import { useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { Dialog, FormDialog } from "../parts/dialog.js";
import { Diff } from "../parts/diff.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { plain } from "./draft.js";
import { readStored } from "./folder/content.js";
import { schemaOf } from "./parameters/schema.js";

/** @param {{onSave: (note: string) => void, onClose: () => void}} props */
export function NoteDialog({ onSave, onClose }) {
    const form = useForm({ note: "" });
    const save = async (/** @type {any} */ { note }) => {
        onClose();
        onSave(note.trim());
    };
    return html`<${FormDialog} title="Save with a note" form=${form} onSubmit=${save} onClose=${onClose} action="Save">
        <${TextField} form=${form} name="note" label="Note" most=${200} autocomplete="off" data-autofocus help="Describes the change in the list of versions." />
    </${FormDialog}>`;
}

/** @typedef {{theirs: import("../types.js").Script, found: import("./draft.js").Changed, note?: string}} Conflict */
/** @typedef {{script: import("../types.js").Script, theirs: import("../types.js").Script, draft: import("./draft.js").Draft}} Sides */

/**
 * What both have changed is compared, part by part; the rest of theirs stays.
 * @param {{script: import("../types.js").Script, draft: import("./draft.js").Draft, conflict: Conflict,
 *   onTake: (script: import("../types.js").Script) => void, onSave: (how: any) => void, onClose: () => void}} props
 */
export function ConflictDialog({ script, draft, conflict: { theirs, found, note }, onTake, onSave, onClose }) {
    const [taken, setTaken] = useState(/** @type {string[]} */ ([]));
    const open = found.both.filter((part) => !taken.includes(part));
    const stay = [...found.theirs, ...taken];
    const take = () => {
        onTake(theirs);
        draft.reset(theirs);
        onClose();
    };
    const save = () => {
        onClose();
        onSave({ note, over: theirs, taken: stay });
    };
    return html`<${Dialog} title="Someone else saved a newer version" wide onClose=${onClose}>
        <div class="dialog__body stack">
            <p>Version ${theirs.latest} is now the latest. ${open.length > 0
                && "Saving yours would make the changes below. "}All stored versions are kept.</p>
            ${open.map((part) => html`<fieldset class="news__field" key=${part}><legend>${labelOf(part)}</legend>
                <${PartDiff} ...${{ part, script, theirs, draft }} />
                <div class="news__choice"><${Button} small onClick=${() => setTaken([...taken, part])}>Take theirs</${Button}></div></fieldset>`)}
            ${stay.length > 0 && html`<ul class="news__theirs">${stay.map((part) => html`<li key=${part}>${labelOf(part)}: their
                version stays.</li>`)}</ul>`}</div>
        <div class="dialog__actions"><${Button} onClick=${onClose}>Keep editing</${Button}><${Button} onClick=${take}>Discard my changes</${Button}>
            <${Button} kind="primary" onClick=${save}>Save my version</${Button}></div>
    </${Dialog}>`;
}

/** @param {string} part */
function labelOf(part) {
    if (part.startsWith("/")) {
        return html`File <span class="mono">${part.slice(1)}</span>`;
    }
    return part === "code" ? "Code" : "Parameters";
}

/** @param {Sides & {part: string}} props */
function PartDiff({ part, script, theirs, draft }) {
    switch (part) {
    case "code": return html`<${Diff} before=${theirs.code} after=${draft.code} label="Comparison of their code with yours" />`;
    case "parameters": return html`<${Diff} before=${plain(theirs.parameters)} after=${JSON.stringify(schemaOf(draft.rows), null, 4)}
        label="Comparison of their parameters with yours" />`;
    default: return html`<${FileSides} ...${{ path: part.slice(1), script, theirs, draft }} />`;
    }
}

/** A file that both have changed: compared where both are text. @param {Sides & {path: string}} props */
function FileSides({ path, script, theirs, draft }) {
    const stored = theirs.files.find((file) => file.path === path);
    const change = draft.changes[path];
    const { data, problem, reload } = useLoad(async (signal) => (stored && change?.text !== undefined
        ? readStored(script.id, path, theirs.latest, signal) : {}), [path, theirs.latest]);
    if (problem) {
        return html`<${ProblemState} small problem=${problem} onRetry=${reload} />`;
    }
    if (!data) {
        return html`<${SkeletonRows} rows=${3} />`;
    }
    return "text" in data ? html`<${Diff} before=${data.text} after=${change?.text} label=${`Comparison of their ${path} with yours`} />`
        : html`<dl class="news__both"><dt>Now</dt><dd>${stored ? bytes(stored.size) : "removed"}</dd>
            <dt>Yours</dt><dd>${change ? ownText(change) : "removed"}</dd></dl>`;
}

/** @param {NonNullable<import("./folder/changes.js").Change>} change */
function ownText({ size, text, executable }) {
    const length = size ?? (text === undefined ? undefined : new TextEncoder().encode(text).length);
    return [length === undefined ? "as it was" : bytes(length), executable === undefined ? "" : executable ? "executable" : "not executable"]
        .filter(Boolean).join(", ");
}
