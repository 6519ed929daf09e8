/** The editor of code. CodeMirror is loaded when the first one is shown, and lives in a shadow root: there its styles are
 * constructed sheets, which the content policy lets in; in the document it would write style elements, which it does not. */
import { html, useEffect, useRef, useState } from "../dom.js";

/**
 * @param {{value: string, language: string, label: string, readOnly?: boolean, onChange?: (text: string) => void,
 *   onMove?: (line: number, column: number) => void, class?: string}} props value: another one than what was last told
 *   replaces the text
 */
export function CodeEditor({ value, language, label, readOnly = false, onChange = () => {}, onMove = () => {}, class: name = "" }) {
    const host = useRef(/** @type {HTMLElement | null} */ (null));
    const editor = useRef(/** @type {ReturnType<typeof import("../code/editor.js").createEditor> | null} */ (null));
    const [state, setState] = useState("loading");
    const told = useRef(value);
    const latest = useRef({ value, language, label, readOnly, onChange, onMove });
    latest.current = { value, language, label, readOnly, onChange, onMove };
    useEffect(() => {
        let gone = false;
        import("../code/editor.js").then(({ createEditor }) => {
            if (!gone) {
                told.current = latest.current.value;
                editor.current = createEditor(host.current, {
                    ...latest.current, text: latest.current.value,
                    onChange: (/** @type {string} */ text) => {
                        told.current = text;
                        latest.current.onChange(text);
                    },
                    onMove: (/** @type {number} */ line, /** @type {number} */ column) => latest.current.onMove(line, column),
                });
                setState("ready");
            }
        }).catch((error) => {
            console.warn("The editor could not be loaded.", error);
            window.dispatchEvent(new Event("coagent:missing"));
            setState("plain");
        });
        return () => {
            gone = true;
            editor.current?.destroy();
        };
    }, []);
    useEffect(() => {
        if (value !== told.current) {
            editor.current?.setText(value);
        }
    }, [value, state]);
    useEffect(() => editor.current?.setLanguage(language), [language, state]);
    useEffect(() => editor.current?.setNature(label, readOnly), [label, readOnly, state]);
    if (state === "plain") {
        return html`<textarea class="input input--mono code-editor ${name}" aria-label=${label} value=${value} readOnly=${readOnly} spellcheck=${false}
            onInput=${(/** @type {import("../dom.js").InputEvent} */ event) => onChange(event.target.value)} />`;
    }
    return html`<div class="code-editor ${name}">
        ${state === "loading" && html`<div class="code-editor__wait" role="status" aria-label="Loading the editor">
            <i class="skeleton skeleton--w35" /><i class="skeleton skeleton--w60" /><i class="skeleton skeleton--w20" /></div>`}
        <div class="code-editor__host" ref=${host} /></div>`;
}
