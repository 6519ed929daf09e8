/** From Markdown to HTML text, in bounded time, depth and size, whatever the text is. Raw HTML is text, and images are links
 * (nothing is fetched from elsewhere by reading a message). No DOM here; markdown.js sanitises the result. */
import { visible } from "../code/hidden.js";
import MarkdownIt from "../../vendor/markdown-it.js";

/** @typedef {import("../../vendor/markdown-it.js").Token} Token */

/** Longer texts, and texts of more pieces, are shown as they are written. */
const LONGEST = 200000;
const MOST_PIECES = 20000;
const DEEPEST = 50;
/** highlight.js takes the square of the length in its worst cases: neither long blocks nor long lines are coloured, and nothing
 * more once the slow ones have cost this page so many milliseconds. */
const LONGEST_CODE = 5000;
const LONG_LINE = /.{301}/;
const SLOW_MS = 200;
const PATIENCE_MS = 2000;
let lost = 0;

/** highlight.js, which is large and comes when it is wanted: until then code is plain. */
export const colouring = {
    library: /** @type {typeof import("../../vendor/highlight.js").default | null} */ (null),
    wanted: () => {},
};

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** The coloured code, or the code. @param {string} text @param {string} language */
function colour(text, language) {
    const { library: hljs, wanted } = colouring;
    if (language && !hljs) {
        wanted();
    }
    if (lost > PATIENCE_MS || text.length > LONGEST_CODE || LONG_LINE.test(text) || !hljs?.getLanguage(language)) {
        return escape(text);
    }
    const start = performance.now();
    const coloured = hljs.highlight(text, { language }).value;
    const took = performance.now() - start;
    lost += took > SLOW_MS ? took : 0;
    return coloured;
}

/** A block of code. @param {Token[]} tokens @param {number} index */
function code(tokens, index) {
    const { content, info } = tokens[index];
    const text = content.replace(/\n$/, "");
    return `<div class="code"><pre><code>${colour(visible(text), info.trim().split(/\s/)[0])}</code></pre></div>`;
}

/** @param {Token[]} tokens @param {number} index */
const codeInLine = (tokens, index) => `<code>${escape(visible(tokens[index].content))}</code>`;

/** @param {Token[]} tokens @param {number} index */
function image(tokens, index) {
    const { content } = tokens[index];
    const address = tokens[index].attrGet("src") || "";
    return `<a href="${escape(address)}">${escape(content || address)}</a>`;
}

/** "[ ]" and "[x]" at the start of an item of a list. @param {{tokens: Token[]}} state */
function drawBoxes({ tokens }) {
    for (let index = 2; index < tokens.length; index++) {
        const first = tokens[index].type === "inline" && tokens[index - 2].type === "list_item_open" && tokens[index].children?.[0];
        if (first && first.type === "text") {
            first.content = first.content.replace(/^\[([ xX])\](?=\s)/, (_, mark) => (mark === " " ? "☐" : "☑"));
        }
    }
}

/** The content policy refuses style="text-align:…". @param {{tokens: Token[]}} state */
function alignCells({ tokens }) {
    for (const token of tokens) {
        const style = (token.type === "th_open" || token.type === "td_open") && token.attrGet("style");
        if (style) {
            token.attrs = [["align", style.replace("text-align:", "")]];
        }
    }
}

const parser = new MarkdownIt({ breaks: true, linkify: true, maxNesting: DEEPEST });
parser.linkify.set({ fuzzyLink: false }); // "readme.md" is a file, not an address in Moldova
parser.core.ruler.push("boxes", drawBoxes);
parser.core.ruler.push("cells", alignCells);
Object.assign(parser.renderer.rules, { fence: code, code_block: code, code_inline: codeInLine, image });

/** Whether there are too many pieces, or the parser has left out what is nested too deep. @param {Token[]} tokens */
const isLarge = (tokens) => tokens.some(({ level }) => level >= DEEPEST - 1)
    || tokens.reduce((sum, { children }) => sum + 1 + (children?.length || 0), 0) > MOST_PIECES;

/** The HTML of a text; null where it must be shown as it is written. @param {string} text @returns {string | null} */
export function toMarkup(text) {
    if (text.length > LONGEST) {
        return null;
    }
    try {
        const tokens = parser.parse(text, {});
        return isLarge(tokens) ? null : parser.renderer.render(tokens, parser.options, {});
    } catch {
        return null;
    }
}
