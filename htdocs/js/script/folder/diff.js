/** The files of two versions compared. */
import { html, useState } from "../../dom.js";
import { bytes } from "../../format.js";
import { useLoad } from "../../load.js";
import { Button } from "../../parts/button.js";
import { Diff } from "../../parts/diff.js";
import { ProblemState } from "../../parts/problem.js";
import { SkeletonRows } from "../../parts/skeleton.js";
import { readStored } from "./content.js";

/** So many are shown at once; each further one when it is asked for. */
const SHOWN = 10;

/** @typedef {import("../../types.js").ScriptFile} File */
/** @typedef {import("../../types.js").ScriptVersion} Version */
/** @typedef {{path: string, old?: File, now?: File}} Pair */

/** The files that differ, by path. @param {File[]} before @param {File[]} after @returns {Pair[]} */
export function pairsOf(before, after) {
    const old = new Map(before.map((file) => [file.path, file]));
    const now = new Map(after.map((file) => [file.path, file]));
    return [...new Set([...old.keys(), ...now.keys()])].sort().map((path) => ({ path, old: old.get(path), now: now.get(path) }))
        .filter((pair) => pair.old?.sha256 !== pair.now?.sha256 || pair.old?.executable !== pair.now?.executable);
}

/** @param {{script: string, before: Version, after: Version}} props */
export function FilesCompared({ script, before, after }) {
    return html`${pairsOf(before.files, after.files).map((pair, index) => html`
        <${FileCompared} key=${pair.path} script=${script} pair=${pair} numbers=${[before.number, after.number]}
            opened=${index < SHOWN} />`)}`;
}

/** @param {{script: string, pair: Pair, numbers: number[], opened: boolean}} props */
function FileCompared({ script, pair: { path, old, now }, numbers, opened }) {
    const [open, setOpen] = useState(opened);
    const mode = old && now && old.executable !== now.executable ? now.executable ? ", now executable" : ", no longer executable" : "";
    return html`<h2 class="versions__heading"><span class="mono">${path}</span> <span class="soft small">${!old ? "added" : !now
        ? "removed" : "changed"}${mode}</span></h2>
        ${open ? html`<${FileDiff} ...${{ script, path, old, now, numbers }} />` : html`<div><${Button} small
            onClick=${() => setOpen(true)}>Show changes</${Button}></div>`}`;
}

/** @param {{script: string, path: string, old?: File, now?: File, numbers: number[]}} props */
function FileDiff({ script, path, old, now, numbers }) {
    const { data, problem, reload } = useLoad((signal) => Promise.all([old, now].map((file, side) => (file ? readStored(script, path,
        numbers[side], signal) : { text: "" }))), [path, ...numbers]);
    if (problem) {
        return html`<${ProblemState} small problem=${problem} onRetry=${reload} />`;
    }
    if (!data) {
        return html`<${SkeletonRows} rows=${3} />`;
    }
    const [before, after] = data;
    return "text" in before && "text" in after ? html`<${Diff} before=${before.text} after=${after.text}
        label=${`${path} of version ${numbers[0]} compared with version ${numbers[1]}`} />`
        : html`<p class="soft">Binary file${old ? `, ${bytes(old.size)}` : ""}${now ? `${old ? " →" : ","} ${bytes(now.size)}` : ""}</p>`;
}
