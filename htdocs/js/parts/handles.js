/** The grammar of mentions within a text: as lib/markup reads it on the server. tests/vectors/mentions.json proves that both
 * agree. Pure. */

/** Characters of words before U+2E80, where scripts begin that are written without spaces: "@bobさん" mentions bob. */
const WORD = "A-Za-z0-9_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u0386\u0388-\u0559\u0560-\u0588\u058a-\u05bd"
    + "\u05bf\u05c1-\u05c2\u05c4-\u05f2\u05f5-\u060b\u060d-\u061a\u0620-\u06d3\u06d5-\u0963\u0966-\u1fff";
const MENTION = new RegExp(`(?<![${WORD}@/.-])@([a-z0-9][a-z0-9._-]*)(?![${WORD}@])`, "gi");

/**
 * The text in pieces; those that mention somebody, with whom.
 * @template T
 * @param {string} text
 * @param {Map<string, T>} handles by lower-case handle
 * @returns {{text: string, member?: T}[]}
 */
export function splitMentions(text, handles) {
    const pieces = [];
    let done = 0, word = 0, seen = 0;
    for (const { 0: said, 1: run, index } of text.matchAll(MENTION)) {
        word = wordAt(text, index, seen, word);
        seen = index;
        const whole = run.toLowerCase();
        const handle = [whole, whole.replace(/[._-]+$/, "")].find((one) => handles.has(one));
        if (handle && !isAddress(text.slice(word, index))) {
            const end = index + said.length - (whole.length - handle.length);
            pieces.push({ text: text.slice(done, index) }, { text: text.slice(index, end), member: handles.get(handle) });
            done = end;
        }
    }
    return [...pieces, { text: text.slice(done) }];
}

/** @param {string} word */
const isAddress = (word) => word.includes("://") || /^www\./i.test(word);

/** Where the word begins that an index stands in. @param {string} text @param {number} index @param {number} seen an index before it,
 * and the start of its word: word @param {number} word */
function wordAt(text, index, seen, word) {
    for (let start = index; start > seen; start--) {
        if (/\s/.test(text[start - 1])) {
            return start;
        }
    }
    return word;
}
