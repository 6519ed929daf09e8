/** From a run's output, in pieces, to lines as a terminal leaves them: colours are kept, carriage returns, backspaces and
 * erasing are done, every other escape is dropped. Pure, and the same however the output is cut into pieces.
 *
 * The two streams of a program come in the order in which they were read, and each may stop in the middle of a line: each
 * has its own open line, which stands where its first character came. */
import { PLAIN, sgr } from "./ansi.js";

/** Characters of a line that are kept; the rest is counted. */
export const LONGEST = 10000;

/** @typedef {import("./ansi.js").Style} Style */
/** @typedef {{text: string, stream: string, at: string}} Piece */
/** @typedef {{end: number, style: Style}} Stretch the characters up to end, exclusive, have this style */

export class Line {
    /** @param {string} stream @param {string} at */
    constructor(stream, at) {
        this.stream = stream;
        this.at = at;
        this.text = "";
        /** @type {Stretch[] | null} null: all of it is plain */
        this.styles = null;
        this.column = 0;
        this.width = 0;
    }

    /** How many characters of the line are not kept. */
    get cut() {
        return Math.max(0, this.width - LONGEST);
    }

    /** Writes at the cursor, over what stands there. @param {string} piece @param {Style} style */
    write(piece, style) {
        const from = this.column;
        this.column += piece.length;
        this.width = Math.max(this.width, this.column);
        if (from >= LONGEST) {
            return;
        }
        const kept = from + piece.length > LONGEST ? piece.slice(0, LONGEST - from) : piece;
        if (from > this.text.length) {
            this.#put(this.text.length, " ".repeat(from - this.text.length), PLAIN);
        }
        this.#put(from, kept, style);
    }

    /** @param {number} from @param {string} piece @param {Style} style */
    #put(from, piece, style) {
        const before = this.text.length;
        const end = from + piece.length;
        this.text = from === before ? this.text + piece : this.text.slice(0, from) + piece + this.text.slice(end);
        if (this.styles || style !== PLAIN) {
            this.styles ||= before ? [{ end: before, style: PLAIN }] : [];
            if (from === before) {
                join(this.styles, { end, style });
            } else {
                this.styles = [...clip(this.styles, 0, from), { end, style }, ...clip(this.styles, end, before)].reduce(join, /** @type {Stretch[]} */ ([]));
            }
        }
    }

    /** Erases from one column to another. @param {number} from @param {number} to Infinity: to the end */
    erase(from, to) {
        if (to === Infinity) {
            this.text = this.text.slice(0, from);
            this.styles &&= clip(this.styles, 0, from);
            this.width = Math.min(this.width, from);
        } else if (this.text) {
            this.#put(from, " ".repeat(Math.min(to, this.text.length) - from), PLAIN);
        }
    }
}

/** The stretches between two columns. @param {Stretch[]} list @param {number} from @param {number} to */
function clip(list, from, to) {
    return list.filter(({ end }, index) => end > from && (index ? list[index - 1].end : 0) < to)
        .map((part) => (part.end > to ? { ...part, end: to } : part));
}

/** Adds a stretch at the end. @param {Stretch[]} list @param {Stretch} part @returns {Stretch[]} */
function join(list, part) {
    const last = list[list.length - 1];
    if (last?.style === part.style) {
        last.end = part.end;
    } else if (part.end > (last?.end || 0)) {
        list.push({ ...part });
    }
    return list;
}

/** Where reading stands in one stream. @typedef {{line: Line | null, style: Style, mode: string, parameters: string}} Position */

/** @returns {Position} */
const start = () => ({ line: null, style: PLAIN, mode: "text", parameters: "" });

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;
/** Longer ones mean nothing that is done here. */
const LONGEST_PARAMETERS = 100;

export class LineReader {
    /** @param {Record<string, Position>} [positions] where the reading of what came before ended */
    constructor(positions = {}) {
        /** @type {Line[]} */
        this.lines = [];
        /** @type {Record<string, Position>} by stream */
        this.positions = Object.fromEntries(Object.entries(positions).map(([stream, position]) => [stream, { ...position }]));
    }

    /** @param {Piece} piece */
    take({ text, stream, at }) {
        const position = (this.positions[stream] ??= start());
        for (let from = 0; from < text.length; ) {
            from = position.mode === "text" ? this.#text(position, text, from, stream, at) : escape(position, text, from);
        }
    }

    /** Up to and with the next control character. @param {Position} position @param {string} text @param {number} from @param {string} stream @param {string} at */
    #text(position, text, from, stream, at) {
        CONTROL.lastIndex = from;
        const index = CONTROL.exec(text)?.index ?? text.length;
        if (index > from) {
            this.#line(position, stream, at).write(text.slice(from, index), position.style);
        }
        if (index < text.length) {
            this.#control(position, text[index], stream, at);
        }
        return index + 1;
    }

    /** @param {Position} position @param {string} stream @param {string} at */
    #line(position, stream, at) {
        if (!position.line) {
            position.line = new Line(stream, at);
            this.lines.push(position.line);
        }
        return position.line;
    }

    /** @param {Position} position @param {string} char @param {string} stream @param {string} at */
    #control(position, char, stream, at) {
        switch (char) {
        case "\n":
            this.#line(position, stream, at);
            position.line = null;
            break;
        case "\r":
            this.#line(position, stream, at).column = 0;
            break;
        case "\b":
            if (position.line?.column) {
                position.line.column--;
            }
            break;
        case "\x1b": position.mode = "escape"; break;
        case "\x9b": position.mode = "sequence"; break;
        case "\x90": case "\x98": case "\x9d": case "\x9e": case "\x9f": position.mode = "string"; break;
        default:
        }
    }
}

/** One character inside an escape. @param {Position} position @param {string} text @param {number} from @returns {number} */
function escape(position, text, from) {
    const char = text[from];
    switch (position.mode) {
    case "escape":
        position.mode = { "[": "sequence", "]": "string", P: "string", X: "string", "^": "string", _: "string" }[char]
            || (char >= " " && char <= "/" ? "escape" : "text");
        return char === "\n" || char === "\r" ? from : from + 1;
    case "string":
        return string(position, text, from);
    case "string end":
        position.mode = char === "\\" ? "text" : "string";
        return char === "\\" ? from + 1 : from;
    default:
        return sequence(position, char, from);
    }
}

/** A title, a link or the like: dropped to its end. @param {Position} position @param {string} text @param {number} from */
function string(position, text, from) {
    // eslint-disable-next-line no-control-regex
    const end = /[\x07\x1b\x9c\n]/g;
    end.lastIndex = from;
    const index = end.exec(text)?.index ?? text.length;
    if (index < text.length) {
        position.mode = text[index] === "\x1b" ? "string end" : "text";
    }
    return text[index] === "\n" ? index : index + 1;
}

/** ESC [ … @param {Position} position @param {string} char @param {number} from */
function sequence(position, char, from) {
    if (char < " ") {
        // Broken off by a control character, which counts.
        position.mode = "text";
        position.parameters = "";
        return from;
    }
    if (char < "@" || char > "~") {
        position.parameters += position.parameters.length < LONGEST_PARAMETERS ? char : "";
        return from + 1;
    }
    perform(position, char, position.parameters);
    position.mode = "text";
    position.parameters = "";
    return from + 1;
}

/** @param {Position} position @param {string} command @param {string} parameters */
function perform(position, command, parameters) {
    if (!/^[\d;:]*$/.test(parameters)) {
        return;
    }
    const { line } = position;
    const number = parseInt(parameters, 10) || 0;
    switch (command) {
    case "m": position.style = sgr(position.style, parameters); break;
    case "C": move(line, (line?.column || 0) + Math.max(1, number)); break;
    case "D": move(line, (line?.column || 0) - Math.max(1, number)); break;
    case "G": move(line, number - 1); break;
    case "K": line?.erase(...erased(line.column, number)); break;
    default:
    }
}

/** @param {Line | null} line @param {number} column */
function move(line, column) {
    if (line) {
        line.column = Math.min(Math.max(0, column), LONGEST);
    }
}

/** The range that ESC [ n K erases. @param {number} column @param {number} which @returns {[number, number]} */
function erased(column, which) {
    switch (which) {
    case 0: return [column, Infinity];
    case 1: return [0, column + 1];
    default: return [0, Infinity];
    }
}
