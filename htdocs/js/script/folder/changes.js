/** The files beside a script as they are being edited: what changes the stored ones, by path, until it is saved. */
import { FOLDER_LIMITS, SCRIPT_KINDS } from "../../words.js";

/**
 * A change of the file at a path: null removes it; else one of its new content (text or base64), of the stored file that it
 * is now (from), or none of them; and perhaps of its mode.
 * @typedef {{text?: string, base64?: string, from?: string, size?: number, executable?: boolean} | null} Change
 * @typedef {Record<string, Change>} Changes
 * @typedef {{path: string, size: number, executable: boolean, mark: "" | "new" | "changed", stored: string, change?: Change}} File
 *   stored: the path of the stored file that has its content, "" if the change has it
 */

const LANGUAGES = /** @type {Record<string, string>} */ ({
    ...Object.fromEntries(Object.values(SCRIPT_KINDS).flatMap(({ endings, language }) => endings.split(" ").map((ending) => [ending,
        language]))),
    cjs: "javascript", ts: "javascript", json: "javascript", tfvars: "hcl", hcl: "hcl", zsh: "shell", env: "shell",
});

/** @param {string} path */
export const languageOf = (path) => LANGUAGES[path.split(".").at(-1)?.toLowerCase() || ""] || "text";

/** "roles/web/" of a path. @param {string} path */
export const folderOf = (path) => path.slice(0, path.lastIndexOf("/") + 1);

/** "main.yml" of a path. @param {string} path */
export const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

/** The bytes of all files. @param {{size: number}[]} files */
export const sumOf = (files) => files.reduce((sum, { size }) => sum + size, 0);

/** @param {string} text */
const sizeOf = (text) => new TextEncoder().encode(text).length;

/**
 * The files as they will be, sorted by path.
 * @param {import("../../types.js").ScriptFile[]} stored
 * @param {Changes} changes
 * @returns {File[]}
 */
export function filesWith(stored, changes) {
    const before = new Map(stored.map((file) => [file.path, file]));
    const kept = stored.filter(({ path }) => !(path in changes)).map((file) => ({ ...file, mark: /** @type {""} */ (""),
        stored: file.path }));
    const changed = Object.entries(changes).flatMap(([path, change]) => {
        const source = before.get(change?.from || path);
        return change && [{ path, change, mark: before.has(path) ? /** @type {const} */ ("changed") : /** @type {const} */ ("new"),
            size: change.size ?? (change.text !== undefined ? sizeOf(change.text) : source?.size ?? 0),
            executable: change.executable ?? source?.executable ?? false,
            stored: change.text === undefined && change.base64 === undefined ? change.from || path : "" }] || [];
    });
    return [...kept, ...changed].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** As the API takes them. @param {Changes} changes */
export const asFields = (changes) => Object.entries(changes).map(([path, change]) => {
    if (!change) {
        return { path, remove: true };
    }
    const { text, base64, from, executable } = change;
    return { path, text, base64, from, executable };
});

/** @param {Changes} changes @param {string} path @param {Change | undefined} change undefined: none */
function withChange(changes, path, change) {
    const others = Object.fromEntries(Object.entries(changes).filter(([other]) => other !== path));
    return change === undefined ? others : { ...others, [path]: change };
}

/** @param {Changes} changes @param {File} file @param {boolean} isStored whether there is a stored one at its path */
export const removed = (changes, file, isStored) => withChange(changes, file.path, isStored ? null : undefined);

/**
 * The same content at another path.
 * @param {Changes} changes @param {File} file @param {string} path @param {boolean} isStored
 */
export function renamed(changes, file, path, isStored) {
    const { text, base64 } = file.change || {};
    const moved = { ...(text !== undefined && { text }), ...(base64 !== undefined && { base64 }), ...(file.stored
        && { from: file.stored }),
        size: file.size, executable: file.executable };
    return withChange(removed(changes, file, isStored), path, file.stored === path ? { executable: file.executable } : moved);
}

/** With other content. @param {Changes} changes @param {string} path @param {{text?: string, base64?: string, size?: number}} content */
export function written(changes, path, content) {
    const { executable } = changes[path] || {};
    return withChange(changes, path, { ...content, ...(executable !== undefined && { executable }) });
}

/** Without the changes of these files. @param {Changes} changes @param {string[]} paths */
export const withoutPaths = (changes, paths) => Object.fromEntries(Object.entries(changes).filter(([path]) => !paths.includes(path)));

/** As it is stored again. @param {Changes} changes @param {string} path */
export const unwritten = (changes, path) => withChange(changes, path, undefined);

/** @param {Changes} changes @param {File} file @param {boolean} executable */
export const withMode = (changes, file, executable) => withChange(changes, file.path, { ...file.change, executable });

/**
 * The reason why there can be no file of this path, as the server finds it; "" if there can.
 * @param {string} path @param {string} kind @param {File[]} others
 */
export function pathFault(path, kind, others) {
    const parts = path.split("/");
    const name = SCRIPT_KINDS[kind]?.file;
    switch (true) {
    case !path: return "Enter a path.";
    case sizeOf(path) > FOLDER_LIMITS.path.value: return `A path can have at most ${FOLDER_LIMITS.path.value} bytes.`;
    case path.includes("\\"): return "Separate folders with “/”, not with “\\”.";
    case parts.some((part) => ["", ".", ".."].includes(part)): return "A path must be relative, without empty parts, “.” and “..”.";
    case parts.length > FOLDER_LIMITS.depth.value + 1: return `A file can be in at most ${FOLDER_LIMITS.depth.value} folders.`;
    case path === name: return `“${name}” is the name of the script itself.`;
    case parts[0] === "out" || path === "output.json": return "“out” and “output.json” are for the results of runs.";
    case others.some((other) => other.path === path): return "A file with this path already exists.";
    case others.some((other) => other.path.startsWith(`${path}/`)
        || path.startsWith(`${other.path}/`)): return "This path is both a file and a folder.";
    default: return "";
    }
}

/** The reason why there cannot be all of these files; "" if there can. @param {File[]} files */
export function folderFault(files) {
    if (files.length > FOLDER_LIMITS.files.value) {
        return `A script can have at most ${FOLDER_LIMITS.files.value} files.`;
    }
    return sumOf(files) > FOLDER_LIMITS.bytes.value
        ? "All files of a script together can have at most 2 MB." : "";
}
