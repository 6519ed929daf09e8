/** The word after an at sign, and its matching members. Pure. */

/**
 * The mention that the caret stands in or behind: start, end and word, or null.
 * @param {string} text
 * @param {number} caret
 */
export function mentionAt(text, caret) {
    const before = /(?:^|[\s([{"'*_>])@([\w.-]*)$/.exec(text.slice(0, caret));
    if (!before) {
        return null;
    }
    const rest = /^[\w.-]*/.exec(text.slice(caret))?.[0].length || 0;
    return { start: caret - before[1].length - 1, end: caret + rest, word: before[1].toLowerCase() };
}

/**
 * Members whose handle or name begins with the word, handles first; at most eight.
 * @template {{handle: string, name: string}} T
 * @param {T[]} members
 * @param {string} word
 * @returns {T[]}
 */
export function suggest(members, word) {
    const rank = (/** @type {T} */ { handle, name }) => {
        if (handle.startsWith(word)) {
            return 0;
        }
        return name.toLowerCase().split(/\s+/).some((part) => part.startsWith(word)) ? 1 : 2;
    };
    return members.filter((member) => rank(member) < 2)
        .sort((a, b) => rank(a) - rank(b) || a.handle.localeCompare(b.handle)).slice(0, 8);
}

/**
 * The text with the mention completed, and where the caret goes.
 * @param {string} text
 * @param {{start: number, end: number}} spot
 * @param {string} handle
 */
export function complete(text, spot, handle) {
    const after = text.slice(spot.end);
    const insert = `@${handle}` + (after.startsWith(" ") ? "" : " ");
    const caret = spot.start + insert.length + (after.startsWith(" ") ? 1 : 0);
    return { text: text.slice(0, spot.start) + insert + after, caret };
}
