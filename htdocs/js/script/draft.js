/** A script as it is being edited: code, parameters and files, which become a version together. What is not saved outlives the
 * end of a session and a reload of this tab. */
import { patch } from "../api.js";
import { useEffect, useMemo, useState } from "../dom.js";
import { merge } from "../parts/form/merge.js";
import { me } from "../session.js";
import { asFields, filesWith, withoutPaths } from "./folder/changes.js";
import { nameErrors, newRow, rowsOf, schemaOf } from "./parameters/schema.js";

const PAUSE_MS = 300;

/** @typedef {ReturnType<typeof useDraft>} Draft */

/** @typedef {{code?: string, parameters?: any, files?: import("../types.js").ScriptFile[]}} Content */
/** @typedef {Content & {version: number}} Base what a draft changes */
/** @typedef {import("../parts/form/merge.js").Changed} Changed parts: "code", "parameters", "/" and the path of a file */

/** @param {any} schema a stored one, in the form that comparing needs @returns {string} */
export const plain = (schema) => JSON.stringify(schemaOf(rowsOf(schema)), null, 4);

/** What a version consists of, by part. @param {Content} content @returns {Record<string, unknown>} */
const partsOf = ({ code, parameters, files = [] }) => ({ code, parameters: plain(parameters),
    ...Object.fromEntries(files.map(({ path, sha256, executable }) => [`/${path}`, `${sha256} ${executable}`])) });

/** @param {Content} a @param {Content} b */
export const sameContent = (a, b) => a.code === b.code && plain(a.parameters) === plain(b.parameters)
    && JSON.stringify(a.files) === JSON.stringify(b.files);

/**
 * Which parts of a newer version differ from what this draft is based on.
 * @param {Content} base
 * @param {{code?: string, rows: any[], changes: import("./folder/changes.js").Changes}} mine
 * @param {Content} theirs
 * @returns {Changed}
 */
export function compareParts(base, { code, rows, changes }, theirs) {
    const before = partsOf(base);
    const own = { ...before, code, parameters: JSON.stringify(schemaOf(rows), null, 4),
        ...Object.fromEntries(Object.entries(changes).map(([path, change]) => [`/${path}`, change])) };
    const none = Object.fromEntries(Object.keys({ ...own, ...partsOf(theirs) }).map((name) => [name, null]));
    const { both, theirs: others } = merge({ ...none, ...before }, { ...none, ...own }, { ...none, ...partsOf(theirs) });
    return { both, theirs: others };
}

/** @param {import("../types.js").Script} script */
const keyOf = (script) => `coagent.script.${me().id}.${script.id}`;

/**
 * @param {import("../types.js").Script} script
 * @returns {{code: string, rows: any[], changes?: import("./folder/changes.js").Changes, version: number, base?: Content} | null}
 */
function recallDraft(script) {
    try {
        const kept = JSON.parse(sessionStorage.getItem(keyOf(script)) || "null");
        return kept && { ...kept, rows: kept.rows.map((/** @type {any} */ row) => ({ ...row, key: newRow().key })) };
    } catch {
        return null;
    }
}

/** Null forgets. @param {import("../types.js").Script} script @param {any} draft */
function keepDraft(script, draft) {
    try {
        if (draft) {
            sessionStorage.setItem(keyOf(script), JSON.stringify(draft));
        } else {
            sessionStorage.removeItem(keyOf(script));
        }
    } catch {
        // A full or forbidden storage costs only the convenience.
    }
}

/** Keeps what is not saved, null: nothing. @param {import("../types.js").Script} script @param {Base} base @param {any} draft */
function useKeeping(script, base, draft) {
    useEffect(() => {
        const { version, code, parameters, files } = base;
        const timer = setTimeout(() => keepDraft(script, draft && { ...draft, version, base: { code, parameters, files } }), PAUSE_MS);
        return () => clearTimeout(timer);
    }, [draft?.code, draft?.rows, draft?.changes, base]);
}

/**
 * The edited state beside the stored one.
 * @param {import("../types.js").Script} script
 * @param {(script: import("../types.js").Script) => void} onSaved
 */
export function useDraft(script, onSaved) {
    const kept = useMemo(() => recallDraft(script), []);
    const [code, setCode] = useState(kept?.code ?? script.code);
    const [rows, setRows] = useState(() => kept?.rows || rowsOf(script.parameters));
    const [changes, setChanges] = useState(/** @type {import("./folder/changes.js").Changes} */ (kept?.changes || {}));
    const files = useMemo(() => filesWith(script.files, changes), [script.files, changes]);
    // A kept draft can be based on an older version: saving it then reports a conflict.
    const [base, setBase] = useState(/** @type {Base} */ (kept && kept.version !== script.version
        ? { code: "", parameters: {}, files: [], ...kept.base, version: kept.version } : script));
    const codeChanged = code !== base.code;
    const parametersChanged = JSON.stringify(schemaOf(rows), null, 4) !== plain(base.parameters);
    const filesChanged = Object.keys(changes).length > 0;
    const changed = codeChanged || parametersChanged || filesChanged;
    const reset = (/** @type {any} */ to) => {
        setCode(to.code);
        setRows(rowsOf(to.parameters));
        setChanges({});
        setBase(to);
    };
    useKeeping(script, base, changed ? { code, rows, changes } : null);
    useEffect(() => {
        // The page has learned of another version: these changes are based on it only if it has the same content.
        if (script.version !== base.version && sameContent(base, script)) {
            setBase(script);
        } else if (script.version > base.version && !changed) {
            reset(script);
        }
    }, [script]);
    /**
     * Puts what was changed over a newer version, which somebody else has stored.
     * @param {import("../types.js").Script} over @param {string[]} taken the parts that stay as they are there
     */
    const rebase = (over, taken) => {
        const mine = { code: taken.includes("code") ? over.code : code, rows: taken.includes("parameters") ? rowsOf(over.parameters) : rows,
            changes: withoutPaths(changes, taken.map((part) => part.slice(1))) };
        setCode(mine.code);
        setRows(mine.rows);
        setChanges(mine.changes);
        setBase(over);
        onSaved(over);
        return mine;
    };
    /**
     * Stores what changed as the next version.
     * @param {{note?: string, over?: import("../types.js").Script, taken?: string[]}} [how] over, taken: as rebase takes them
     */
    const save = async ({ note = "", over, taken = [] } = {}) => {
        const mine = over ? rebase(over, taken) : { code, rows, changes };
        const old = over || base;
        const errors = nameErrors(mine.rows);
        if (Object.keys(errors).length) {
            throw Object.assign(new Error("Enter a valid name for each parameter."), { fields: { parameters: "Enter a valid name for each parameter." } });
        }
        const parameters = schemaOf(mine.rows);
        const saved = await patch(`/scripts/${script.id}`, { version: old.version, ...(note && { note }),
            ...(mine.code !== old.code && { code: mine.code }),
            ...(JSON.stringify(parameters, null, 4) !== plain(old.parameters) && { parameters }),
            ...(Object.keys(mine.changes).length > 0 && { files: asFields(mine.changes) }) });
        // What was changed while this was on its way is still to be saved.
        setChanges((now) => Object.fromEntries(Object.entries(now).filter(([path, change]) => mine.changes[path] !== change)));
        setBase(saved);
        onSaved(saved);
        return saved;
    };
    const compare = (/** @type {Content} */ theirs) => compareParts(base, { code, rows, changes }, theirs);
    return { code, setCode, rows, setRows, changes, setChanges, files, codeChanged, parametersChanged,
        filesChanged, changed, reset, save, compare, isBack: Boolean(kept) && changed, lose: () => keepDraft(script, null) };
}
