/** Reads the lines of a .env file, as they are pasted from one or from a shell script.
 *
 * Quotes are those of sh: between single quotes every character stands for itself; between double quotes a backslash
 * escapes only " \ $ ` and the end of a line, which it removes, and stays where it is before anything else. \n and \r
 * are a line feed and a carriage return besides, as in every dotenv (keys in PEM are kept so). Both kinds of values may
 * go over several lines. A value without quotes ends with its line, or before the # of a comment that has a space in
 * front of it; backslashes in it are kept, as dotenv does and sh does not. Nothing is expanded. */

const NAME = /[ \t\uFEFF]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=/y;
const QUOTED = /[ \t]*(?:"((?:[^"\\]|\\[^])*)"|'([^']*)')(?:[ \t]+#[^\n]*)?[ \t]*(?=\n|$)/y;
const LINE = /[^\n]*/y;

/** @type {Record<string, string>} */
const ESCAPED = { n: "\n", r: "\r", "\n": "" };

/** @param {RegExp} pattern a sticky one @param {string} text @param {number} at */
function matchAt(pattern, text, at) {
    pattern.lastIndex = at;
    return pattern.exec(text);
}

/** In one pass, so that the n after an escaped backslash is an n. @param {string} text */
const unescape = (text) => text.replace(/\\(["\\$`nr\n])/g, (_, char) => ESCAPED[char] ?? char);

/** The rest of a line whose quotes do not pair up loses those at its ends, as in dotenv. @param {string} rest */
function plain(rest) {
    const value = rest.replace(/[ \t]#.*$/, "").trim();
    return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}

/** The value at a place behind the equals sign, and where it ends. @param {string} text @param {number} at */
function valueAt(text, at) {
    const quoted = matchAt(QUOTED, text, at);
    if (quoted) {
        return { value: quoted[2] ?? unescape(quoted[1]), end: at + quoted[0].length };
    }
    const [rest] = /** @type {RegExpExecArray} */ (matchAt(LINE, text, at));
    return { value: plain(rest), end: at + rest.length };
}

/**
 * @param {string} pasted
 * @returns {{variables: {name: string, value: string}[], skipped: string[]}} skipped: lines that are neither variables
 *   nor comments nor empty
 */
export function parseDotenv(pasted) {
    const text = pasted.replace(/\r\n?/g, "\n");
    /** @type {{name: string, value: string}[]} */
    const variables = [];
    /** @type {string[]} */
    const skipped = [];
    for (let at = 0; at < text.length; at++) {
        const found = matchAt(NAME, text, at);
        if (found) {
            const { value, end } = valueAt(text, at + found[0].length);
            variables.push({ name: found[1], value });
            at = end;
        } else {
            const [line] = /** @type {RegExpExecArray} */ (matchAt(LINE, text, at));
            if (!/^\s*(#|$)/.test(line)) {
                skipped.push(line.trim());
            }
            at += line.length;
        }
    }
    return { variables, skipped };
}
