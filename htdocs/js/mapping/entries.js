/** The entries of a mapping as rows of a table. A secret that is stored never comes back: its row only says that it is
 * there, and keeps it unless a new value is written. */
import { parseDotenv } from "./dotenv.js";

/** @typedef {{key: number, name: string, value: string, secret: boolean, stored: boolean}} Entry stored: a secret that is kept */

export const MOST = 200;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const LIKELY_SECRET = /(PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE)/i;

/** Greater than those of rows that an earlier load of the page has kept. */
let counter = Date.now();

/** @param {Partial<Entry>} [part] @returns {Entry} */
export const newEntry = (part = {}) => ({ key: ++counter, name: "", value: "", secret: false, stored: false, ...part });

/** @param {import("../types.js").MappingEntry[]} entries as the server told them @returns {Entry[]} */
export const rowsOf = (entries) => entries.map(({ key, secret, value }) => newEntry({ name: key, secret, value: value ?? "", stored: secret }));

/** @param {Entry[]} rows @returns {import("../types.js").MappingEntry[]} */
export const entriesOf = (rows) => rows.map(({ name, value, secret, stored }) =>
    ({ key: name.trim(), ...(secret && { secret }), ...(!stored && { value }) }));

/** An entry as a line for people: the value of a secret is not in it. @param {Entry} entry */
export const lineOf = ({ name, value, secret, stored }) => `${name}${stored ? " (stored secret)" : secret ? " (new secret)" : `=${value}`}`;

/** The errors, by row. @param {Entry[]} rows @returns {Record<number, string>} */
export function faultsOf(rows) {
    /** @type {Record<number, string>} */
    const faults = {};
    const seen = new Set();
    for (const { key, name, value, secret, stored } of rows) {
        const clean = name.trim();
        if (!NAME.test(clean)) {
            faults[key] = clean ? "Use at most 64 letters, digits and underscores, starting with a letter." : "Enter a name.";
        } else if (seen.has(clean)) {
            faults[key] = "This name is already in use.";
        } else if (secret && !stored && value.length < 4) {
            faults[key] = "Enter at least 4 characters. Shorter secrets cannot be hidden in output.";
        }
        seen.add(clean);
    }
    return faults;
}

/**
 * The entries of lines such as KEY=VALUE or export KEY="VALUE"; names that sound secret are taken as secrets.
 * @param {string} text
 * @returns {{entries: Entry[], skipped: string[]}} skipped: lines that are none
 */
export function parseLines(text) {
    const { variables, skipped } = parseDotenv(text);
    const entries = variables.map(({ name, value }) => newEntry({ name, value, secret: LIKELY_SECRET.test(name) && value.length >= 4 }));
    return { entries, skipped };
}

/** Puts entries in: those with a known name replace it. @param {Entry[]} rows @param {Entry[]} more @returns {Entry[]} */
export function merge(rows, more) {
    const next = rows.filter(({ name, value, stored }) => name.trim() || value || stored);
    for (const entry of more) {
        const at = next.findIndex(({ name }) => name.trim() === entry.name);
        if (at < 0) {
            next.push(entry);
        } else {
            next[at] = { ...entry, key: next[at].key, secret: entry.secret || next[at].secret };
        }
    }
    return next;
}
