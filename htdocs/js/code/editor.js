/** CodeMirror as this UI uses it: our colours, our keys, the languages of scripts. Loaded by parts/code-editor.js when
 * an editor is first shown. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "../../vendor/codemirror/commands.js";
import { bracketMatching, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting } from "../../vendor/codemirror/language.js";
import { javascript } from "../../vendor/codemirror/mode-javascript.js";
import { python } from "../../vendor/codemirror/mode-python.js";
import { shell } from "../../vendor/codemirror/mode-shell.js";
import { yaml } from "../../vendor/codemirror/mode-yaml.js";
import { highlightSelectionMatches, search, searchKeymap } from "../../vendor/codemirror/search.js";
import { Compartment, EditorState } from "../../vendor/codemirror/state.js";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers }
    from "../../vendor/codemirror/view.js";
import { hcl } from "./hcl.js";
import { colours, look } from "./look.js";

/** @type {Record<string, any>} */
const LANGUAGES = { shell, python, javascript, yaml, hcl };
const SPACES = /** @type {Record<string, number>} */ ({ yaml: 2, hcl: 2 });

/** @param {string} language */
function languageOf(language) {
    const mode = LANGUAGES[language];
    return [mode ? StreamLanguage.define(mode) : [], indentUnit.of(" ".repeat(SPACES[language] || 4))];
}

/** @param {string} label @param {boolean} readOnly */
const nature = (label, readOnly) => [
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", ...(readOnly && { "aria-readonly": "true" }) }),
];

/**
 * An editor in the element; it must have an open shadow root already, or may be given one.
 * @param {HTMLElement} host
 * @param {{text: string, language: string, label: string, readOnly: boolean, onChange: (text: string) => void,
 *   onMove: (line: number, column: number) => void}} options
 */
export function createEditor(host, { text, language, label, readOnly, onChange, onMove }) {
    const root = host.shadowRoot || host.attachShadow({ mode: "open" });
    const languages = new Compartment();
    const natures = new Compartment();
    const watch = EditorView.updateListener.of((/** @type {any} */ update) => {
        if (update.docChanged) {
            onChange(update.state.doc.toString());
        }
        if (update.docChanged || update.selectionSet) {
            const { head } = update.state.selection.main;
            const line = update.state.doc.lineAt(head);
            onMove(line.number, head - line.from + 1);
        }
    });
    const state = EditorState.create({
        doc: text,
        extensions: [
            lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), history(),
            highlightSpecialChars({ addSpecialChars: /[\u202a-\u202c\u2068]/ }),
            bracketMatching(), indentOnInput(), search({ top: true }), highlightSelectionMatches(), EditorState.tabSize.of(4),
            keymap.of([indentWithTab, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
            syntaxHighlighting(colours), look, languages.of(languageOf(language)), natures.of(nature(label, readOnly)), watch,
        ],
    });
    const view = new EditorView({ state, parent: root, root });
    return {
        /** Another text: one step that can be undone. @param {string} next */
        setText(next) {
            if (next !== view.state.doc.toString()) {
                view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
            }
        },
        setLanguage: (/** @type {string} */ next) => view.dispatch({ effects: languages.reconfigure(languageOf(next)) }),
        setNature: (/** @type {string} */ name, /** @type {boolean} */ only) => view.dispatch({ effects: natures.reconfigure(nature(name, only)) }),
        focus: () => view.focus(),
        destroy: () => view.destroy(),
    };
}
