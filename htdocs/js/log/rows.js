/** Lines as rows of one height: with wrapping on, a line is broken after so many columns, so that where a row stands is
 * known without drawing it. A line that was cut has one row more, which says so. Pure. */

const TAB = 8;
const NARROW = /^[\x20-\x7e]*$/;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/**
 * Where the rows of a text begin.
 * @param {string} text
 * @param {number} columns 0: it is not broken
 * @returns {number[]}
 */
export function breaks(text, columns) {
    const starts = [0];
    if (!columns || text.length * TAB <= columns) {
        return starts;
    }
    if (NARROW.test(text)) {
        for (let at = columns; at < text.length; at += columns) {
            starts.push(at);
        }
        return starts;
    }
    let column = 0;
    let at = 0;
    for (const char of text) {
        const width = widthOf(char, column);
        if (column + width > columns && column) {
            starts.push(at);
            column = 0;
        }
        column += width;
        at += char.length;
    }
    return starts;
}

/** Columns of a character. @param {string} char @param {number} column where it stands: a tab goes on to the next stop */
function widthOf(char, column) {
    if (char === "\t") {
        return TAB - (column % TAB);
    }
    if (char <= "~") {
        return 1;
    }
    return NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}

/** Columns of the whole text. @param {string} text */
function widthOfText(text) {
    if (NARROW.test(text)) {
        return text.length;
    }
    let column = 0;
    for (const char of text) {
        column += widthOf(char, column);
    }
    return column;
}

/** @typedef {import("./output.js").Output} Output */
/** @typedef {{reader: any, version: number, columns: number, ends: Uint32Array, widest: number}} Measure */

/** @type {WeakMap<object, Measure>} by segment */
const measures = new WeakMap();

/** The rows up to the end of each line of a segment. @param {any} segment @param {number} columns @returns {Measure} */
function measure(segment, columns) {
    const known = measures.get(segment);
    const { reader, version } = segment;
    if (known && known.reader === reader && known.version === version && known.columns === columns) {
        return known;
    }
    const ends = new Uint32Array(reader.lines.length);
    let rows = 0;
    let widest = 0;
    for (const [index, line] of reader.lines.entries()) {
        rows += (columns && line.text.length * TAB > columns ? breaks(line.text, columns).length : 1) + (line.cut ? 1 : 0);
        ends[index] = rows;
        widest = columns || line.text.length * TAB <= widest ? widest : Math.max(widest, widthOfText(line.text));
    }
    const made = { reader, version, columns, ends, widest };
    measures.set(segment, made);
    return made;
}

export class Rows {
    /** @param {Output} output @param {number} columns 0: lines are not broken */
    constructor(output, columns) {
        this.columns = columns;
        this.count = 0;
        this.widest = 0;
        this.parts = output.segments.map((segment) => {
            const { ends, widest } = measure(segment, columns);
            // As it is now: the output may be further before the rows are made again.
            const part = { first: segment.first, lines: segment.reader.lines, ends, from: this.count };
            this.count += ends[ends.length - 1] || 0;
            this.widest = Math.max(this.widest, widest);
            return part;
        });
    }

    /**
     * The line of a row, by number, and which of its rows this is.
     * @param {number} row
     * @returns {{number: number, line: import("./lines.js").Line, part: number} | null}
     */
    at(row) {
        const part = this.parts.findLast(({ from, ends }) => from <= row && ends.length > 0);
        if (!part || row < 0 || row >= this.count) {
            return null;
        }
        const index = firstAbove(part.ends, row - part.from);
        return {
            number: part.first + index, line: part.lines[index],
            part: row - part.from - (index ? part.ends[index - 1] : 0),
        };
    }

    /** The first row of a line. @param {number} number */
    of(number) {
        const part = this.parts.findLast(({ first, ends }) => first <= number && ends.length > 0);
        const index = part ? Math.min(number - part.first, part.ends.length) : 0;
        return part ? part.from + (index > 0 ? part.ends[index - 1] : 0) : 0;
    }
}

/** The first index whose value is greater. @param {Uint32Array} ends ascending @param {number} value */
function firstAbove(ends, value) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle] > value) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}
