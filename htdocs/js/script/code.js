/** The code of a script and the files beside it, over the whole page. The editor of the code stays while another tab or file
 * is shown, so that the steps back stay as well. */
import { classes, html, useState } from "../dom.js";
import { directionNote } from "../code/hidden.js";
import { Button } from "../parts/button.js";
import { CodeEditor } from "../parts/code-editor.js";
import { DropFile, FileButton } from "../parts/form/drop-file.js";
import { download } from "../parts/download.js";
import { ProblemNote } from "../parts/problem.js";
import { attempt, tell } from "../parts/toast.js";
import { place } from "../router.js";
import { useStore } from "../store.js";
import { SCRIPT_KINDS } from "../words.js";
import { lineNote, readText, saveBlob } from "./file.js";
import { filesWith, folderFault, folderOf, nameOf, pathFault, written } from "./folder/changes.js";
import { addressOf, blobOf, readLocal } from "./folder/content.js";
import { ArchiveDialog } from "./folder/dialogs.js";
import { FileView, NoFile } from "./folder/file-view.js";
import { FolderPanel, open } from "./folder/panel.js";
import { ACCEPTED, isArchive } from "./kinds.js";

const wide = matchMedia("(min-width: 761px)");

/**
 * @param {{script: import("../types.js").Script, draft: any, hidden: boolean, problem: import("../api.js").ApiProblem | null,
 *   onChange: (script: import("../types.js").Script) => void}} props
 */
export function ScriptCode({ script, draft, hidden, problem, onChange }) {
    const { query: { file: current = "" } } = useStore(place);
    const [at, setAt] = useState({ line: 1, column: 1 });
    const [listed, setListed] = useState(wide.matches && draft.files.length > 0);
    const move = (/** @type {number} */ line, /** @type {number} */ column) => setAt({ line, column });
    const save = (/** @type {any} */ file) => saveOne(script, file);
    const { take, add, archive, setArchive } = useTaking(script, draft, current, () => setListed(true));
    const note = directionNote(draft.code);
    const file = draft.files.find((/** @type {any} */ { path }) => path === current);
    return html`<div class=${classes("script__code", hidden && "script__code--hidden")}>
        ${problem && !problem.fields?.parameters && html`<div class="script__problem"><${ProblemNote} problem=${problem} /></div>`}
        ${note && !current && html`<p class="script__problem note" role="alert">${note}</p>`}
        <div class="script__work">
            ${listed && html`<${FolderPanel} script=${script} draft=${draft} current=${current} onAdd=${add} onSave=${save} />`}
            <div class="script__file" hidden=${Boolean(current)}><${CodeEditor} class="script__editor" value=${draft.code}
                language=${SCRIPT_KINDS[script.kind]?.language || "text"}
                label=${`Code of ${script.name}`} readOnly=${!script.editable} onChange=${draft.setCode} onMove=${move} /></div>
            ${current && html`<div class="script__file">${file ? html`<${FileView} key=${current} script=${script} draft=${draft}
                file=${file} onMove=${move} onSave=${save} />`
                : html`<${NoFile} path=${current} />`}</div>`}
        </div>
        <footer class="script__status"><span>Line ${at.line}, column ${at.column}</span>
            <span class="script__keys"><kbd>Ctrl</kbd> <kbd>F</kbd> to find · <kbd>Esc</kbd>, <kbd>Tab</kbd> to leave the editor</span>
            <span class="row">${script.editable && html`<${FileButton} kind="quiet" small accept=${ACCEPTED} onFile=${take}>Upload file</${FileButton}>`}
                <${Button} kind="quiet" small icon="file" aria-expanded=${String(listed)} onClick=${() => setListed(!listed)}>
                    ${draft.files.length ? `Files (${draft.files.length})` : "Files"}</${Button}></span></footer>
        ${script.editable && !hidden && html`<${DropFile} text=${listed
            ? "Drop the file to replace the code, or on the list to add it" : "Drop the file to replace the code"} onFile=${take} />`}
        ${archive && html`<${ArchiveDialog} script=${script} file=${archive} onClose=${() => setArchive(null)}
            onSaved=${(/** @type {any} */ saved) => {
            onChange(saved);
            draft.reset(saved);
            open("");
            tell(`Saved as version ${saved.latest}`);
        }} />`}
    </div>`;
}

/**
 * Gives a file to the person, as it is now.
 * @param {import("../types.js").Script} script
 * @param {import("./folder/changes.js").File} file
 */
function saveOne(script, file) {
    const name = nameOf(file.path);
    if (file.stored) {
        download(addressOf(script.id, file.stored, script.latest), name, `/scripts/${script.id}`);
    } else {
        saveBlob(name, blobOf(/** @type {any} */ (file.change)));
    }
}

/** Whether the pointer is over the list of files. @param {any} event */
function isOverList(event) {
    const box = document.querySelector(".folder")?.getBoundingClientRect();
    return box && event && event.clientX >= box.left && event.clientX < box.right && event.clientY >= box.top
        && event.clientY < box.bottom;
}

/**
 * Files from outside: an archive replaces all, others become the code or files beside it.
 * @param {import("../types.js").Script} script
 * @param {any} draft
 * @param {string} current
 * @param {() => void} onAdded
 */
function useTaking(script, draft, current, onAdded) {
    const [archive, setArchive] = useState(/** @type {File | null} */ (null));
    const add = (/** @type {File[]} */ files) => attempt(async () => {
        const folder = folderOf(current);
        let changes = draft.changes;
        for (const file of files) {
            const path = (folder + file.name).normalize("NFC");
            const fault = pathFault(path, script.kind, draft.files.filter((/** @type {any} */ other) => other.path !== path));
            if (fault) {
                throw new Error(`${file.name}: ${fault}`);
            }
            changes = written(changes, path, await readLocal(file));
        }
        const fault = folderFault(filesWith(script.files, changes));
        if (fault) {
            throw new Error(fault);
        }
        draft.setChanges(changes);
        onAdded();
        open((folder + files[0].name).normalize("NFC"));
    });
    const take = (/** @type {File} */ file, /** @type {File[]} */ files = [file], /** @type {any} */ event = null) => {
        if (isArchive(file)) {
            return draft.changed ? tell("Save or discard your changes before you upload an archive.", true) : setArchive(file);
        }
        return isOverList(event) || current ? add(files) : attempt(async () => {
            const text = await readText(file);
            draft.setCode(text.replaceAll("\r\n", "\n"));
            tell(`Code replaced with ${file.name}. Save to keep the change, or undo with Ctrl-Z.${lineNote(text)}`);
        });
    };
    return { take, add, archive, setArchive };
}
