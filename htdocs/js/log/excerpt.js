/** A few lines of output, all of them in the page: in a card. */
import { html, useRef } from "../dom.js";
import { LogRow } from "./row-view.js";
import { useLogTheme } from "./theme.js";

/** @type {any[]} */
const NONE = [];
const LONGEST = 400;

/** @param {{lines: import("./lines.js").Line[]}} props */
export function LogExcerpt({ lines }) {
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    const theme = useLogTheme(box);
    return html`<div class="log-lines" ref=${box} tabindex="0" role="group" aria-label="Last lines of the output">
        ${lines.map((line, index) => html`<${LogRow} key=${index} line=${line} number=${index} part=${0} from=${0} to=${Math.min(line.text.length, LONGEST)}
            note=${false} times=${false} marks=${NONE} current=${null} theme=${theme} text=${line.text} styles=${line.styles} />`)}
    </div>`;
}
