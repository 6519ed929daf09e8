/** The code of a script, over the whole page. It stays while another tab is shown, so that the steps back stay as well. */
import { classes, html, useState } from "../dom.js";
import { CodeEditor } from "../parts/code-editor.js";
import { DropFile, FileButton } from "../parts/drop-file.js";
import { ProblemNote } from "../parts/problem.js";
import { attempt, tell } from "../parts/toast.js";
import { SCRIPT_KINDS } from "../words.js";
import { lineNote, readText } from "./file.js";
import { ACCEPTED } from "./kinds.js";

/** @param {{script: import("../types.js").Script, draft: any, hidden: boolean, problem: import("../api.js").ApiProblem | null}} props */
export function ScriptCode({ script, draft, hidden, problem }) {
    const [at, setAt] = useState({ line: 1, column: 1 });
    const take = (/** @type {File} */ file) => attempt(async () => {
        const text = await readText(file);
        draft.setCode(text.replaceAll("\r\n", "\n"));
        tell(`Code replaced with ${file.name}. Save to keep the change, or undo with Ctrl-Z.${lineNote(text)}`);
    });
    return html`<div class=${classes("script__code", hidden && "script__code--hidden")}>
        ${problem && !problem.fields?.parameters && html`<div class="script__problem"><${ProblemNote} problem=${problem} /></div>`}
        <${CodeEditor} class="script__editor" value=${draft.code} language=${SCRIPT_KINDS[script.kind]?.language || "text"} label=${`Code of ${script.name}`}
            readOnly=${!script.editable} onChange=${draft.setCode} onMove=${(/** @type {number} */ line, /** @type {number} */ column) => setAt({ line, column })} />
        <footer class="script__status"><span>Line ${at.line}, column ${at.column}</span>
            <span class="script__keys"><kbd>Ctrl</kbd> <kbd>F</kbd> to find · <kbd>Esc</kbd>, <kbd>Tab</kbd> to leave the editor</span>
            ${script.editable && html`<${FileButton} kind="quiet" small accept=${ACCEPTED} onFile=${take}>Upload file</${FileButton}>`}</footer>
        ${script.editable && !hidden && html`<${DropFile} text="Drop the file to replace the code" onFile=${take} />`}
    </div>`;
}
