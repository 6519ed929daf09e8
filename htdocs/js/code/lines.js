/** The difference of two texts as rows to show: which lines went, which came, which stand beside each other. */
import { diffLines } from "../../vendor/diff/diff/line.js";
import { diffWordsWithSpace } from "../../vendor/diff/diff/word.js";

const TIMEOUT_MS = 1000;
const CONTEXT = 3;
/** Fewer lines than this are not worth folding. */
const FOLD = 4;
const LONGEST_LINE = 400;

/**
 * @typedef {{number: number, text: string}} Line
 * @typedef {{left: Line | null, right: Line | null, same: boolean}} Row left: before, right: after; in a changed row both
 * @typedef {{rows: Row[], hidden: boolean}} Hunk hidden: nothing changed there, to be unfolded
 */

/** @param {string} text */
function split(text) {
    const parts = text.split("\n");
    return parts[parts.length - 1] === "" ? parts.slice(0, -1) : parts;
}

/** Null when the texts are too different to say in a moment. @param {string} before @param {string} after @returns {Row[] | null} */
export function rowsBetween(before, after) {
    const parts = diffLines(before, after, { timeout: TIMEOUT_MS });
    if (!parts) {
        return null;
    }
    /** @type {Row[]} */
    const rows = [];
    /** @type {Line[]} */
    let removed = [];
    let [left, right] = [1, 1];
    const flush = () => {
        rows.push(...removed.map((line) => ({ left: line, right: null, same: false })));
        removed = [];
    };
    for (const part of parts) {
        const texts = split(part.value);
        if (part.removed) {
            flush();
            removed = texts.map((text) => ({ number: left++, text }));
        } else if (part.added) {
            texts.forEach((text, index) => rows.push({ left: removed[index] || null, right: { number: right++, text }, same: false }));
            removed = removed.slice(texts.length);
            flush();
        } else {
            flush();
            rows.push(...texts.map((text) => ({ left: { number: left++, text }, right: { number: right++, text }, same: true })));
        }
    }
    flush();
    return rows;
}

/** Folds away what is the same, but for a few lines around each change. @param {Row[]} rows @returns {Hunk[]} */
export function hunksOf(rows) {
    const near = new Uint8Array(rows.length);
    rows.forEach((row, index) => {
        if (!row.same) {
            near.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
        }
    });
    /** @type {Hunk[]} */
    const hunks = [];
    for (let from = 0, to = 0; from < rows.length; from = to) {
        while (to < rows.length && near[to] === near[from]) {
            to++;
        }
        const hidden = !near[from] && to - from >= FOLD;
        const last = hunks[hunks.length - 1];
        if (last && !last.hidden && !hidden) {
            last.rows.push(...rows.slice(from, to));
        } else {
            hunks.push({ rows: rows.slice(from, to), hidden });
        }
    }
    return hunks;
}

/** How many lines came and went. @param {Row[]} rows */
export function countChanges(rows) {
    const changed = rows.filter(({ same }) => !same);
    return { added: changed.filter(({ right }) => right).length, removed: changed.filter(({ left }) => left).length };
}

/**
 * The words of a changed line, those that changed marked; null where that says nothing.
 * @param {Row} row
 * @returns {{left: {text: string, marked: boolean}[], right: {text: string, marked: boolean}[]} | null}
 */
export function wordsOf({ left, right }) {
    if (!left || !right || left.text.length > LONGEST_LINE || right.text.length > LONGEST_LINE) {
        return null;
    }
    const parts = diffWordsWithSpace(left.text, right.text) || [];
    const kept = parts.filter(({ added, removed }) => !added && !removed).reduce((sum, { value }) => sum + value.trim().length, 0);
    if (kept * 3 < Math.max(left.text.length, right.text.length)) {
        return null;
    }
    return {
        left: parts.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, marked: removed })),
        right: parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, marked: added })),
    };
}
