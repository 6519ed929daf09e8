/** How a style looks: a class for the sixteen colours, which the theme knows; for all others and for grounds a colour that
 * is moved towards light or dark until the text on it can be read. Pure. */

/** Contrast of text, WCAG AA, with a little over it for rounding. */
const READABLE = 4.6;
const LEVELS = [0, 95, 135, 175, 215, 255];
/** The sixteen as grounds, where the theme has no say. */
const SIXTEEN = ["#000000", "#aa1f1f", "#1f7a3d", "#8a6100", "#1f56c4", "#8c3a8c", "#12706f", "#c6c4bd",
    "#5f5d57", "#d64545", "#2f9e57", "#c99a1e", "#4f8df0", "#b46ab4", "#2ba3a3", "#ffffff"];

/** @typedef {import("./ansi.js").Style} Style */

/** @param {number[]} rgb */
const hex = (rgb) => "#" + rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("");
/** @param {string} colour "#rrggbb" */
const rgbOf = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** A colour of the palette of 256. @param {number} number */
export function palette(number) {
    if (number < 16) {
        return SIXTEEN[number];
    }
    if (number >= 232) {
        return hex(Array(3).fill(8 + (number - 232) * 10));
    }
    const cube = number - 16;
    return hex([LEVELS[Math.floor(cube / 36)], LEVELS[Math.floor(cube / 6) % 6], LEVELS[cube % 6]]);
}

/** Relative luminance, WCAG 2. @param {number[]} rgb */
function luminance(rgb) {
    const [r, g, b] = rgb.map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {number[]} one @param {number[]} other */
function contrastOf(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

/** @param {string} one @param {string} other */
export const contrast = (one, other) => contrastOf(rgbOf(one), rgbOf(other));

/** The colour, or as little lighter or darker as makes it readable on the ground. @param {string} colour @param {string} ground */
export function readable(colour, ground) {
    const [have, under] = [rgbOf(colour), rgbOf(ground)];
    const to = contrastOf([255, 255, 255], under) > contrastOf([0, 0, 0], under) ? 255 : 0;
    for (let part = 0; part < 1; part += 0.05) {
        const mixed = have.map((value) => value + (to - value) * part);
        if (contrastOf(mixed, under) >= READABLE) {
            return hex(mixed);
        }
    }
    return hex([to, to, to]);
}

/** @param {number | string | null} colour @param {string} otherwise */
const fixed = (colour, otherwise) => (colour === null ? otherwise : typeof colour === "number" ? palette(colour) : colour);

/** @type {Map<string, {class: string, style: Record<string, string> | undefined}>} */
const looks = new Map();

/**
 * Class and, where the theme has no colour for it, inline style.
 * @param {Style} style
 * @param {{ground: string, ink: string}} theme "#rrggbb"
 */
export function look(style, theme) {
    const key = [...Object.values(style), theme.ground].join();
    let known = looks.get(key);
    if (!known) {
        known = make(style, theme);
        looks.size > 5000 && looks.clear();
        looks.set(key, known);
    }
    return known;
}

/** @param {Style} style @param {{ground: string, ink: string}} theme */
function make({ fg, bg, bold, dim, italic, underline, strike, inverse }, { ground, ink }) {
    const names = [bold && "bold", italic && "italic", underline && "underline", strike && "strike"].filter(Boolean);
    /** @type {Record<string, string> | undefined} */
    let colours;
    if (inverse || bg !== null) {
        const under = inverse ? fixed(fg, ink) : fixed(bg, ground);
        const text = inverse ? fixed(bg, ground) : fixed(fg, ink);
        colours = { backgroundColor: under, color: readable(text, under) };
    } else if (typeof fg === "number" && fg < 16) {
        names.push(String(fg));
    } else if (fg !== null) {
        colours = { color: readable(fixed(fg, ink), ground) };
    } else if (dim) {
        names.push("dim");
    }
    return { class: names.map((name) => `ansi-${name}`).join(" "), style: colours };
}
