/** Two texts compared: one under the other, or side by side where there is room. What did not change is folded away. */
import { countChanges, hunksOf, rowsBetween, wordsOf } from "../code/lines.js";
import { classes, html, useEffect, useId, useMemo, useState } from "../dom.js";
import { plural } from "../format.js";
import { keep, recall } from "../keep.js";
import { createStore, useStore } from "../store.js";
import { Segments } from "./form/switch.js";

/** @typedef {import("../code/lines.js").Row} Row */
/** The same for all that are shown, and kept. */
const mode = createStore(recall("diff", /** @type {string} */ ("unified")));
mode.subscribe((value) => keep("diff", value));

/** Whether two columns fit. */
function useWide() {
    const wide = useMemo(() => matchMedia("(min-width: 900px)"), []);
    const [is, set] = useState(wide.matches);
    useEffect(() => {
        const listen = () => set(wide.matches);
        wide.addEventListener("change", listen);
        return () => wide.removeEventListener("change", listen);
    }, []);
    return is;
}

/** @param {{before: string, after: string, label: string}} props */
export function Diff({ before, after, label }) {
    const split = useStore(mode) === "split";
    const id = useId("diff");
    const room = useWide();
    const rows = useMemo(() => rowsBetween(before, after), [before, after]);
    const hunks = useMemo(() => hunksOf(rows || []), [rows]);
    if (!rows) {
        return html`<p class="note">The two texts are too different to compare line by line.</p>`;
    }
    const { added, removed } = countChanges(rows);
    return html`<div class="diff-box">
        <div class="row diff-bar"><span class="small">${added + removed === 0 ? html`<span class="soft">No changes</span>` : html`<span class="diff-sum--in">+${plural(added, "line")}</span> <span class="diff-sum--out">−${plural(removed, "line")}</span>`}</span>
            ${room && html`<${Segments} label="Diff view" name=${id} value=${split ? "split" : "unified"} onChange=${mode.set}
                options=${[{ value: "unified", label: "Unified" }, { value: "split", label: "Side by side" }]} />`}</div>
        ${added + removed > 0 && html`<div class="diff" tabindex="0" role="region" aria-label=${label}>
            <table class=${classes("diff__table", split && room && "diff__table--split")}>
                ${split && room && html`<colgroup><col class="diff__column" /><col /><col class="diff__column" /><col /></colgroup>`}
                ${hunks.map((hunk, index) => html`<${HunkRows} key=${`${hunk.rows[0].left?.number}-${hunk.rows[0].right?.number}-${index}`} hunk=${hunk} split=${split && room} />`)}
            </table></div>`}
    </div>`;
}

/** @param {{hunk: import("../code/lines.js").Hunk, split: boolean}} props */
function HunkRows({ hunk, split }) {
    const [open, setOpen] = useState(!hunk.hidden);
    if (!open) {
        return html`<tbody><tr class="diff__fold"><td colspan=${split ? 4 : 3}><button type="button" class="link-plain" onClick=${() => setOpen(true)}>
            Show ${plural(hunk.rows.length, "line")} that did not change</button></td></tr></tbody>`;
    }
    return html`<tbody>${split ? hunk.rows.map((row) => html`<${SplitRow} row=${row} />`) : unified(hunk.rows)}</tbody>`;
}

/** @param {{row: Row}} props */
function SplitRow({ row }) {
    const words = row.same ? null : wordsOf(row);
    return html`<tr><td class="diff__number">${row.left?.number}</td><${Text} line=${row.left} sign=${row.same ? " " : "-"} words=${words?.left} />
        <td class="diff__number">${row.right?.number}</td><${Text} line=${row.right} sign=${row.same ? " " : "+"} words=${words?.right} /></tr>`;
}

/** Under each other, all lines that went come before those that came. @param {Row[]} rows */
function unified(rows) {
    /** @type {any[]} */
    const drawn = [];
    /** @type {any[]} */
    let came = [];
    for (const row of rows) {
        if (row.same) {
            drawn.push(...came);
            came = [];
            drawn.push(html`<tr><td class="diff__number">${row.left?.number}</td><td class="diff__number">${row.right?.number}</td><${Text} line=${row.right} sign=" " /></tr>`);
            continue;
        }
        const words = wordsOf(row);
        if (row.left) {
            drawn.push(html`<tr><td class="diff__number">${row.left.number}</td><td class="diff__number" /><${Text} line=${row.left} sign="-" words=${words?.left} /></tr>`);
        }
        if (row.right) {
            came.push(html`<tr><td class="diff__number" /><td class="diff__number">${row.right.number}</td><${Text} line=${row.right} sign="+" words=${words?.right} /></tr>`);
        }
    }
    return [...drawn, ...came];
}

/** @param {{line: import("../code/lines.js").Line | null, sign: string, words?: {text: string, marked: boolean}[]}} props */
function Text({ line, sign, words }) {
    if (!line) {
        return html`<td class="diff__none" />`;
    }
    const name = { "-": "diff__out", "+": "diff__in" }[sign];
    return html`<td class=${classes("diff__text", name)} data-sign=${sign}>${words ? words.map(({ text, marked }) => (marked ? html`<mark>${text}</mark>` : text)) : line.text}</td>`;
}
