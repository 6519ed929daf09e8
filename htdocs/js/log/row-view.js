/** One row of a log: a line, or a part of one that is broken. */
import { classes, html, memo } from "../dom.js";
import { count, lazily } from "../format.js";
import { visible } from "../code/hidden.js";
import { look } from "./colours.js";

/** A line may change its colour at each character; more changes in a row than this are not drawn. */
const MOST_PIECES = 600;
const time = lazily(() => new Intl.DateTimeFormat(undefined,
    { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false }));

/**
 * @typedef {object} RowProps
 * @property {import("./lines.js").Line} line
 * @property {number} number of the line
 * @property {number} part which of its rows
 * @property {number} from the characters that it shows
 * @property {number} to
 * @property {boolean} note the row that says that the line was cut
 * @property {boolean} times
 * @property {{from: number, to: number}[]} marks what was found in the line
 * @property {{from: number, to: number} | null} current which of them the reader is at
 * @property {any} theme
 * @property {string} text the line's, so that a change of it is seen
 * @property {any} styles
 */

/** @param {RowProps} props */
function draw({ line, number, part, from, to, note, times, marks, current, theme }) {
    const kind = line.stream === "stderr" ? "log__row--err" : line.stream === "note" && "log__row--runner";
    return html`<div class=${classes("log__row", kind)} data-line=${number} data-part=${part}>
        ${times && html`<span class="log__time">${part === 0 && time().format(new Date(line.at))}</span>`}
        ${line.stream === "note" && part === 0 && line.text && html`<span class="log__runner">Runner</span>`}
        ${line.stream === "stderr" && part === 0 && html`<span class="sr-only">Error output: </span>`}
        ${note ? html`<span class="log__cut">${count(line.cut)} more characters in this line are not shown</span>`
            : html`<span class="log__text">${pieces(line, from, to, marks, current).map((piece) => paint(piece, theme))}</span>`}
    </div>`;
}

export const LogRow = memo(draw);

/** @typedef {{text: string, style: any, mark: string}} Piece */

/**
 * The text between two characters, cut where style or mark changes.
 * @param {import("./lines.js").Line} line
 * @param {number} from
 * @param {number} to
 * @param {{from: number, to: number}[]} marks
 * @param {any} current
 * @returns {Piece[]}
 */
function pieces({ text, styles }, from, to, marks, current) {
    if (!styles && !marks.length) {
        return [{ text: text.slice(from, to), style: null, mark: "" }];
    }
    const near = (styles || []).filter(({ end }, index) => end > from && (index ? /** @type {any[]} */ (styles)[index - 1].end : 0) < to).slice(0, MOST_PIECES);
    const ends = [...new Set([...near.map(({ end }) => end), ...marks.flatMap((mark) => [mark.from, mark.to]), to])]
        .filter((end) => end > from && end <= to).sort((a, b) => a - b);
    let at = from;
    return ends.map((end) => {
        const mark = marks.find((one) => one.from <= at && one.to >= end);
        const piece = { text: text.slice(at, end), style: near.find((one) => one.end > at)?.style || null, mark: mark ? (mark === current ? "current" : "found") : "" };
        at = end;
        return piece;
    });
}

/** @param {Piece} piece @param {any} theme */
function paint({ text: written, style, mark }, theme) {
    const text = visible(written);
    const shown = style && look(style, theme);
    if (mark) {
        return html`<mark class=${classes("log__mark", mark === "current" && "log__mark--current")}>${text}</mark>`;
    }
    return shown && (shown.class || shown.style) ? html`<span class=${shown.class || undefined} style=${shown.style}>${text}</span>` : text;
}
