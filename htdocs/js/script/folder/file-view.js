/** One file beside a script: text in the editor, anything else as its size. */
import { html, useRef } from "../../dom.js";
import { bytes } from "../../format.js";
import { useLoad } from "../../load.js";
import { Button } from "../../parts/button.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { Empty } from "../../parts/empty.js";
import { ProblemState } from "../../parts/problem.js";
import { SkeletonRows } from "../../parts/skeleton.js";
import { languageOf, unwritten, written } from "./changes.js";
import { readStored } from "./content.js";
import { open } from "./panel.js";

/** @typedef {{text?: string, base64?: string}} Shown */

/**
 * @param {{script: import("../../types.js").Script, draft: import("../draft.js").Draft, file: import("./changes.js").File,
 *   onMove: (line: number, column: number) => void, onSave: (file: import("./changes.js").File) => void}} props
 */
export function FileView({ script, draft, file, onMove, onSave }) {
    const origin = script.files.find(({ path }) => path === (file.stored || file.path));
    const { data: stored, problem, reload } = useLoad(async (signal) => (origin ? readStored(script.id, origin.path, script.latest,
        signal) : null), [origin?.sha256]);
    // After saving, the text stays in its place until it has come back.
    const last = useRef(/** @type {Shown | null} */ (null));
    /** @type {Shown | null | undefined} */
    const content = file.stored ? stored || last.current : file.change;
    last.current = content || null;
    if (!content) {
        return problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : html`<${SkeletonRows} />`;
    }
    if (content.base64 !== undefined) {
        return html`<${Empty} icon="file" title=${file.path} text=${`A binary file of ${bytes(file.size)}. Download it,
            or replace it by uploading a file of the same name.`}>
            <${Button} icon="download" onClick=${() => onSave(file)}>Download</${Button}></${Empty}>`;
    }
    const edit = (/** @type {string} */ text) => draft.setChanges((changes) =>
        (file.mark !== "new" && stored && "text" in stored && stored.text === text && changes[file.path]?.executable === undefined
            ? unwritten(changes, file.path) : written(changes, file.path, { text })));
    return html`<${CodeEditor} class="script__editor" value=${content.text} language=${languageOf(file.path)}
        label=${`Content of ${file.path}`}
        readOnly=${!script.editable} onChange=${edit} onMove=${onMove} />`;
}

/** In the place of a file that is not there. @param {{path: string}} props */
export const NoFile = ({ path }) => html`<${Empty} icon="file" title="File not found" text=${`There is no ${path} beside this script.`}>
    <${Button} onClick=${() => open("")}>Show the script</${Button}></${Empty}>`;
