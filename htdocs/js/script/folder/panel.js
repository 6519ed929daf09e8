/** The list of files beside a script, by folder: opened, added, renamed, removed. */
import { classes, html, useState } from "../../dom.js";
import { bytes, plural } from "../../format.js";
import { Button } from "../../parts/button.js";
import { FileButton } from "../../parts/form/drop-file.js";
import { Icon } from "../../parts/icon.js";
import { Menu } from "../../parts/menu.js";
import { go, withQuery } from "../../router.js";
import { SCRIPT_KINDS } from "../../words.js";
import { folderOf, nameOf, removed, renamed, sumOf, withMode } from "./changes.js";
import { PathDialog } from "./dialogs.js";

/** @typedef {import("./changes.js").File} File */
/** @typedef {(import("../../parts/menu.js").MenuItem | false)[]} Items */
/** @typedef {{name: string, folders: Folder[], files: File[]}} Folder */

/** @param {string} path "" is the script itself */
export const open = (path) => go(withQuery({ file: path || null }), { replace: true });

/** @param {File[]} files @returns {Folder} */
function treeOf(files) {
    /** @type {Folder} */
    const root = { name: "", folders: [], files: [] };
    for (const file of files) {
        let at = root;
        for (const name of file.path.split("/").slice(0, -1)) {
            let next = at.folders.find((folder) => folder.name === name);
            if (!next) {
                next = { name, folders: [], files: [] };
                at.folders.push(next);
            }
            at = next;
        }
        at.files.push(file);
    }
    return root;
}

/**
 * @param {{script: import("../../types.js").Script, draft: import("../draft.js").Draft, current: string,
     onAdd: (files: globalThis.File[]) => void,
 *   onSave: (file: File) => void}} props current: the path that is shown; onSave: gives it to the person
 */
export function FolderPanel({ script, draft, current, onAdd, onSave }) {
    const [dialog, setDialog] = useState(/** @type {{rename?: File} | null} */ (null));
    const { files } = draft;
    const isStored = (/** @type {string} */ path) => script.files.some((file) => file.path === path);
    const drop = (/** @type {File} */ file) => {
        draft.setChanges(removed(draft.changes, file, isStored(file.path)));
        current === file.path && open("");
    };
    const save = (/** @type {string} */ path) => {
        draft.setChanges(dialog?.rename ? renamed(draft.changes, dialog.rename, path,
            isStored(dialog.rename.path)) : { ...draft.changes, [path]: { text: "" } });
        open(path);
    };
    const menu = (/** @type {File} */ file) => [
        script.editable && { text: "Rename…", icon: "edit", onSelect: () => setDialog({ rename: file }) },
        script.editable && { text: file.executable ? "Make not executable" : "Make executable", icon: "start",
            onSelect: () => draft.setChanges(withMode(draft.changes, file, !file.executable)) },
        { text: "Download", icon: "download", onSelect: () => onSave(file) },
        ...(script.editable ? [null, { text: "Delete", icon: "trash", danger: true, onSelect: () => drop(file) }] : []),
    ];
    const { file: main = "script", packages = "" } = SCRIPT_KINDS[script.kind] || {};
    return html`<nav class="folder" aria-label="Files">
        <div class="folder__tools"><b>Files</b>${script.editable && html`<${Button} kind="quiet" small icon="plus" label="New file"
            onClick=${() => setDialog({})} />
            <${FileButton} kind="quiet" small accept="" multiple label="Upload files" onFiles=${onAdd} />`}</div>
        <div class="folder__list">
            <ul><li><a class="folder__file" href=${withQuery({ file: null })} aria-current=${current ? undefined : "page"}>
                <${Icon} name="script" /><span class="ellipsis">${main}</span>${draft.codeChanged && html`<${Mark}
                    mark="changed" />`}</a></li></ul>
            <${FolderList} folder=${treeOf(files)} current=${current} menu=${menu} />
            ${!files.length && html`<p class="folder__empty soft small">No files beside the script yet. Add modules, roles,
                templates or data: each run finds them in its working directory.${packages && ` Packages that ${packages} lists are
                installed before the run.`}</p>`}
            ${packages && files.some(({ path }) => path === packages) && html`<p class="folder__empty soft small">Packages
                that ${packages} lists are installed before the first run, and again when the file changes.</p>`}
        </div>
        ${files.length > 0 && html`<p class="folder__sum soft small">${plural(files.length, "file")}, ${bytes(sumOf(files))}</p>`}
        ${dialog && html`<${PathDialog} kind=${script.kind} others=${files.filter((file) => file !== dialog.rename)}
            title=${dialog.rename ? "Rename file" : "New file"} action=${dialog.rename ? "Rename" : "Create"}
            path=${dialog.rename?.path || folderOf(current)} onSave=${save} onClose=${() => setDialog(null)} />`}
    </nav>`;
}

/** @param {{folder: Folder, current: string, menu: (file: File) => Items}} props */
function FolderList({ folder, current, menu }) {
    return html`<ul>${folder.folders.map((inner) => html`<li key=${`${inner.name}/`}><details open><summary class="folder__folder">
        <${Icon} name="archive" /><span class="ellipsis">${inner.name}</span></summary>
            <${FolderList} folder=${inner} current=${current} menu=${menu} /></details></li>`)}
        ${folder.files.map((file) => html`<${FileRow} key=${file.path} file=${file} current=${current === file.path}
            menu=${menu} />`)}</ul>`;
}

/** @param {{file: File, current: boolean, menu: (file: File) => Items}} props */
function FileRow({ file, current, menu }) {
    return html`<li class="folder__row"><a class=${classes("folder__file", file.executable && "folder__file--program")}
        href=${withQuery({ file: file.path })} aria-current=${current ? "page" : undefined}
        title=${`${file.path}, ${bytes(file.size)}${file.executable ? ", executable" : ""}`}>
        <${Icon} name="file" /><span class="ellipsis">${nameOf(file.path)}</span><${Mark} mark=${file.mark} /></a>
        <${Menu} small label=${`Actions for ${file.path}`} items=${menu(file)} /></li>`;
}

/** @param {{mark: string}} props */
const Mark = ({ mark }) => mark && html`<span class="folder__mark" title=${mark === "new"
    ? "New, not saved" : "Changed, not saved"}>•<span class="sr-only"> ${mark}, not saved</span></span>`;
