/** Finding a text in the lines that are held. Pure. */

export const MOST = 10000;

/** @typedef {{number: number, from: number, to: number}} Match */

/**
 * All places, from the first line on, whatever the case.
 * @param {import("./output.js").Output} output
 * @param {string} words
 * @returns {Match[]}
 */
export function find(output, words) {
    /** @type {Match[]} */
    const found = [];
    if (!words) {
        return found;
    }
    const pattern = new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi");
    for (const { first, reader } of output.segments) {
        for (const [index, { text }] of reader.lines.entries()) {
            pattern.lastIndex = 0;
            for (let match; (match = pattern.exec(text)); ) {
                found.push({ number: first + index, from: match.index, to: match.index + match[0].length });
                if (found.length === MOST) {
                    return found;
                }
            }
        }
    }
    return found;
}

/** The first match at or after a line; the first of all when there is none. @param {Match[]} found @param {number} number */
export function from(found, number) {
    return Math.max(0, found.findIndex((match) => match.number >= number));
}

/** The matches in one line. @param {Match[]} found ascending @param {number} number */
export function inLine(found, number) {
    let low = 0;
    for (let high = found.length; low < high; ) {
        const middle = (low + high) >> 1;
        if (found[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let end = low;
    while (found[end]?.number === number) {
        end++;
    }
    return found.slice(low, end);
}
