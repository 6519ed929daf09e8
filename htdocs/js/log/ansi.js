/** The graphic renditions of a terminal (SGR), as styles that do not change: 16, 256 and true colours, weight and lines. */

/**
 * @typedef {object} Style
 * @property {number | string | null} fg null: the default; 0 to 255: of the palette; "#rrggbb"
 * @property {number | string | null} bg
 * @property {boolean} bold
 * @property {boolean} dim
 * @property {boolean} italic
 * @property {boolean} underline
 * @property {boolean} strike
 * @property {boolean} inverse
 */

/** @type {Readonly<Style>} */
export const PLAIN = Object.freeze({
    fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, strike: false, inverse: false,
});

/** The effects of single codes. Blinking and hidden text is shown like any other. @type {Record<number, Partial<Style>>} */
const CODES = {
    1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true }, 7: { inverse: true }, 9: { strike: true },
    21: { underline: true }, 22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false },
    27: { inverse: false }, 29: { strike: false }, 39: { fg: null }, 49: { bg: null },
};

/**
 * The style after ESC [ … m.
 * @param {Style} style
 * @param {string} parameters what stood between: "1;31", "38;2;255;0;0", "4:3"
 * @returns {Style}
 */
export function sgr(style, parameters) {
    const parts = parameters.split(";");
    let next = style;
    for (let at = 0; at < parts.length; at++) {
        const [code, ...details] = parts[at].split(":").map(Number);
        if (code === 38 || code === 48) {
            const given = details.length ? details : parts.slice(at + 1, at + 5).map(Number);
            const { colour, used } = extended(given, details.length > 4);
            at += details.length ? 0 : used;
            next = colour === null ? next : { ...next, [code === 38 ? "fg" : "bg"]: colour };
        } else if (code === 0) {
            next = PLAIN;
        } else {
            const change = code === 4 && details[0] === 0 ? CODES[24] : CODES[code] || basic(code);
            next = change ? { ...next, ...change } : next;
        }
    }
    return isPlain(next) ? PLAIN : next;
}

/** The sixteen colours. @param {number} code @returns {Partial<Style> | null} */
function basic(code) {
    const colour = code % 10;
    if (colour > 7) {
        return null;
    }
    switch (code - colour) {
    case 30: return { fg: colour };
    case 40: return { bg: colour };
    case 90: return { fg: colour + 8 };
    case 100: return { bg: colour + 8 };
    default: return null;
    }
}

/**
 * "5;n" and "2;r;g;b", also with the colour space between that the form with colons has.
 * @param {number[]} given
 * @param {boolean} spaced
 * @returns {{colour: number | string | null, used: number}}
 */
function extended([kind, ...values], spaced) {
    if (kind === 5) {
        return { colour: isByte(values[0]) ? values[0] : null, used: 2 };
    }
    if (kind === 2) {
        const rgb = values.slice(spaced ? 1 : 0).slice(0, 3);
        const valid = rgb.length === 3 && rgb.every(isByte);
        return { colour: valid ? "#" + rgb.map((value) => value.toString(16).padStart(2, "0")).join("") : null, used: 4 };
    }
    return { colour: null, used: 1 };
}

const isByte = (/** @type {number} */ value) => Number.isInteger(value) && value >= 0 && value <= 255;

/** @param {Style} style */
const isPlain = (style) => style === PLAIN || Object.entries(PLAIN).every(([name, value]) => style[/** @type {keyof Style} */ (name)] === value);
