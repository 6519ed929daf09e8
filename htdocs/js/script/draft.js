/** A script as it is being edited: code and parameters, which become a version together. */
import { patch } from "../api.js";
import { useState } from "../dom.js";
import { nameErrors, rowsOf, schemaOf } from "./schema.js";

/** @param {any} schema a stored one, in the form that comparing needs @returns {string} */
const plain = (schema) => JSON.stringify(schemaOf(rowsOf(schema)));

/**
 * What is on the screen beside what is stored.
 * @param {any} script
 * @param {(script: any) => void} onSaved
 */
export function useDraft(script, onSaved) {
    const [code, setCode] = useState(script.code);
    const [rows, setRows] = useState(() => rowsOf(script.parameters));
    const codeChanged = code !== script.code;
    const parametersChanged = JSON.stringify(schemaOf(rows)) !== plain(script.parameters);
    const reset = (/** @type {any} */ to) => {
        setCode(to.code);
        setRows(rowsOf(to.parameters));
    };
    /**
     * Stores what changed as the next version.
     * @param {{note?: string, over?: any}} [how] over: a newer one, which somebody else stored, to put this one over
     */
    const save = async ({ note = "", over = script } = {}) => {
        const errors = nameErrors(rows);
        if (Object.keys(errors).length) {
            throw Object.assign(new Error("Some parameters have no proper name."), { fields: { parameters: "Some parameters have no proper name." } });
        }
        const saved = await patch(`/scripts/${script.id}`, { version: over.version, ...(note && { note }),
            ...((codeChanged || over !== script) && { code }), ...((parametersChanged || over !== script) && { parameters: schemaOf(rows) }) });
        onSaved(saved);
        return saved;
    };
    return { code, setCode, rows, setRows, codeChanged, parametersChanged, changed: codeChanged || parametersChanged, reset, save };
}
