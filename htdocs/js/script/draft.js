/** A script as it is being edited: code, parameters and files, which become a version together. What is not saved outlives the
 * end of a session and a reload of this tab. */
import { patch } from "../api.js";
import { useEffect, useMemo, useRef, useState } from "../dom.js";
import { me } from "../session.js";
import { asFields, filesWith } from "./folder/changes.js";
import { nameErrors, newRow, rowsOf, schemaOf } from "./parameters/schema.js";

const PAUSE_MS = 300;

/** @typedef {ReturnType<typeof useDraft>} Draft */

/** @param {any} schema a stored one, in the form that comparing needs @returns {string} */
const plain = (schema) => JSON.stringify(schemaOf(rowsOf(schema)));

/** @param {import("../types.js").Script} a @param {import("../types.js").Script} b */
const sameVersion = (a, b) =>
    a.code === b.code && plain(a.parameters) === plain(b.parameters) && JSON.stringify(a.files) === JSON.stringify(b.files);

/** @param {import("../types.js").Script} script */
const keyOf = (script) => `coagent.script.${me().id}.${script.id}`;

/**
 * @param {import("../types.js").Script} script
 * @returns {{code: string, rows: any[], changes?: import("./folder/changes.js").Changes, version: number} | null}
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
    const [seen, setSeen] = useState(kept && kept.version !== script.version ? kept.version : 0);
    const codeChanged = code !== script.code;
    const parametersChanged = JSON.stringify(schemaOf(rows)) !== plain(script.parameters);
    const filesChanged = Object.keys(changes).length > 0;
    const changed = codeChanged || parametersChanged || filesChanged;
    const reset = (/** @type {any} */ to) => {
        setCode(to.code);
        setRows(rowsOf(to.parameters));
        setChanges({});
        setSeen(0);
    };
    useEffect(() => {
        const timer = setTimeout(() => keepDraft(script, changed ? { code, rows, changes, version: seen || script.version } : null),
            PAUSE_MS);
        return () => clearTimeout(timer);
    }, [code, rows, changes, changed, script.version]);
    const known = useRef(script);
    useEffect(() => {
        const old = known.current;
        known.current = script;
        if (sameVersion(old, script) || !changed) {
            return;
        }
        // The page has learned of a version of somebody else: it is not what these changes are based on.
        if (code === old.code && JSON.stringify(schemaOf(rows)) === plain(old.parameters) && !filesChanged) {
            reset(script);
        } else {
            setSeen((before) => before || old.version);
        }
    }, [script]);
    /**
     * Stores what changed as the next version.
     * @param {{note?: string, over?: any}} [how] over: a newer one, which somebody else stored, to put this one over
     */
    const save = async ({ note = "", over = script } = {}) => {
        const errors = nameErrors(rows);
        if (Object.keys(errors).length) {
            throw Object.assign(new Error("Enter a valid name for each parameter."), { fields: { parameters: "Enter a valid name for each parameter." } });
        }
        const saved = await patch(`/scripts/${script.id}`, { version: over === script && seen ? seen : over.version, ...(note
            && { note }),
            ...((codeChanged || over !== script) && { code }), ...((parametersChanged || over !== script)
                && { parameters: schemaOf(rows) }),
            ...(filesChanged && { files: asFields(changes) }) });
        // What was changed while this was on its way is still to be saved.
        setChanges((now) => Object.fromEntries(Object.entries(now).filter(([path, change]) => changes[path] !== change)));
        setSeen(0);
        known.current = saved;
        onSaved(saved);
        return saved;
    };
    return { code, setCode, rows, setRows, changes, setChanges, files, codeChanged, parametersChanged,
        filesChanged, changed, reset, save, isBack: Boolean(kept) && changed, lose: () => keepDraft(script, null) };
}
