/** The part of a run's output that this browser holds: an unbroken stretch of bytes, read into lines, in segments that can
 * be added before the first and after the last, and dropped at either end so that memory stays bounded. No network. */
import { LineReader } from "./lines.js";

/** Characters and lines in one segment, and all that is held. */
const SEGMENT = 262144;
const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_LINES = 400000;

/** @typedef {{offset: number, stream: string, at: string, text: string}} Chunk */

/**
 * @typedef {object} Segment
 * @property {number} start of its first byte
 * @property {number} first number of its first line
 * @property {number} size characters
 * @property {Chunk[]} chunks
 * @property {LineReader} reader
 * @property {Record<string, any>} ending where reading stood at its end
 * @property {number} version counts changes of its lines
 */

export class Output {
    constructor() {
        this.clear(0);
        /** How much there is on the server. */
        this.total = 0;
        this.truncated = false;
        /** Whether it was deleted on the server, because it was old or somebody wanted that. */
        this.removed = false;
    }

    /** Holds nothing, from this byte on. @param {number} start */
    clear(start) {
        this.start = start;
        this.end = start;
        /** @type {Segment[]} */
        this.segments = [];
    }

    /** The numbers of the first line and of the one after the last. What comes before has smaller numbers, below zero too. */
    get first() {
        return this.segments[0]?.first ?? 0;
    }

    get last() {
        const segment = this.segments.at(-1);
        return segment ? segment.first + segment.reader.lines.length : 0;
    }

    /** Whether more at one end drops some of the other. */
    get full() {
        return this.segments.reduce((sum, { size }) => sum + size, 0) > MOST_CHARACTERS - SEGMENT || this.last - this.first > MOST_LINES * 0.9;
    }

    /** @param {number} number @returns {import("./lines.js").Line | undefined} */
    line(number) {
        const segment = this.segments.findLast(({ first }) => first <= number);
        return segment?.reader.lines[number - segment.first];
    }

    /** The plain text of all lines. */
    text() {
        return this.segments.map(({ reader }) => reader.lines.map(({ text }) => text + "\n").join("")).join("");
    }

    /**
     * Appends lines at the end. Drops the beginning when there is too much.
     * @param {Chunk[]} chunks
     * @param {number} next the byte after them
     */
    append(chunks, next) {
        for (const chunk of chunks.filter(({ text }) => text)) {
            let segment = this.segments.at(-1);
            if (!segment || segment.size >= SEGMENT) {
                if (segment) {
                    segment.ending = ending(segment.reader);
                }
                segment = this.#segment(chunk.offset, this.last, segment?.reader.positions);
                this.segments.push(segment);
            }
            read(segment, chunk);
            // A line that stays open is another's, too.
            this.segments.slice(-2).forEach((touched) => touched.version++);
        }
        this.end = next;
        this.total = Math.max(this.total, next);
        while (this.#tooMuch() && this.segments.length > 1) {
            this.segments.shift();
            this.start = this.segments[0].start;
        }
    }

    /** Prepends lines before the start. Drops the end when there is too much. @param {Chunk[]} chunks @param {number} start */
    prepend(chunks, start) {
        const added = this.#segment(start, 0);
        const { last } = this;
        chunks.forEach((chunk) => read(added, chunk));
        added.ending = ending(added.reader);
        this.segments.unshift(added);
        this.start = start;
        this.#again();
        this.#number(last);
        while (this.#tooMuch() && this.segments.length > 1) {
            this.end = /** @type {Segment} */ (this.segments.pop()).start;
        }
    }

    /** @param {number} start @param {number} first @param {Record<string, any>} [positions] @returns {Segment} */
    #segment(start, first, positions) {
        return { start, first, size: 0, chunks: [], reader: new LineReader(positions), ending: {}, version: 0 };
    }

    /** Reads again what was begun without knowing what comes before it, until that makes no difference any more. */
    #again() {
        for (const [index, segment] of this.segments.slice(1).entries()) {
            const before = this.segments[index];
            const { chunks, reader } = segment;
            segment.reader = new LineReader(before.reader.positions);
            segment.version++;
            segment.chunks = [];
            segment.size = 0;
            chunks.forEach((chunk) => read(segment, chunk));
            const old = segment.ending;
            segment.ending = ending(segment.reader);
            if (segment !== this.segments.at(-1) && alike(segment.ending, old)) {
                keepOpen(this.segments.slice(0, index + 2), reader);
                return;
            }
        }
    }

    /** Numbers the lines backwards: what is in view keeps its numbers. @param {number} last */
    #number(last) {
        for (const segment of [...this.segments].reverse()) {
            last -= segment.reader.lines.length;
            segment.first = last;
        }
    }

    #tooMuch() {
        return this.segments.reduce((sum, { size }) => sum + size, 0) > MOST_CHARACTERS || this.last - this.first > MOST_LINES;
    }
}

/** @param {Segment} segment @param {Chunk} chunk */
function read(segment, chunk) {
    segment.chunks.push(chunk);
    segment.size += chunk.text.length;
    segment.reader.take(chunk);
}

/** Where reading stands, for comparing: what is open is written further by what follows. @param {LineReader} reader */
function ending({ positions }) {
    return Object.fromEntries(Object.entries(positions).map(([stream, { line, style, mode, parameters }]) =>
        [stream, JSON.stringify([line && [line.text, line.column, line.width, line.styles], style, mode, parameters])]));
}

/** @param {Record<string, string>} one @param {Record<string, string>} other */
function alike(one, other) {
    return [...Object.keys(one), ...Object.keys(other)].every((stream) => one[stream] === other[stream]);
}

/**
 * The lines that are open at the end of what was read again were written further by the segments after it: those lines
 * take the place of the new ones.
 * @param {Segment[]} again
 * @param {LineReader} old the last one's before it was read again
 */
function keepOpen(again, old) {
    const readers = again.map(({ reader }) => reader);
    for (const [stream, { line }] of Object.entries(readers[readers.length - 1].positions)) {
        const open = old.positions[stream]?.line;
        for (const { lines, positions } of line && open ? readers : []) {
            const index = lines.lastIndexOf(/** @type {any} */ (line));
            if (index >= 0) {
                lines[index] = /** @type {any} */ (open);
            }
            if (positions[stream]?.line === line) {
                positions[stream].line = /** @type {any} */ (open);
            }
        }
    }
}
