/** Files from outside: chosen by a button, or dropped anywhere on the page. */
import { html, useListener, useRef, useState } from "../../dom.js";
import { Button } from "../button.js";
import { Icon } from "../icon.js";

/** @param {any} event */
const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

/**
 * The veil while files hang over the page. onFile also gets all files and the event.
 * @param {{text: string, onFile: (file: File, files: File[], event: any) => void}} props
 */
export function DropFile({ text, onFile }) {
    const [over, setOver] = useState(false);
    const capture = { capture: true };
    const hold = (/** @type {any} */ event) => {
        if (hasFiles(event) && !document.querySelector("dialog[open]")) {
            event.preventDefault();
            event.stopPropagation();
            setOver(true);
        }
    };
    useListener(window, "dragenter", hold, capture);
    useListener(window, "dragover", hold, capture);
    useListener(window, "dragleave", (event) => !event.relatedTarget && setOver(false), capture);
    useListener(window, "drop", (event) => {
        setOver(false);
        const files = [...(event.dataTransfer?.files || [])];
        const [file] = files;
        if (file && !document.querySelector("dialog[open]")) {
            event.preventDefault();
            event.stopPropagation();
            onFile(file, files, event);
        }
    }, capture);
    return over && html`<div class="drop" aria-hidden="true"><div class="drop__card"><${Icon} name="upload" size=${24} /><b>${text}</b>
        </div></div>`;
}

/**
 * One file, or several.
 * @param {{accept: string, multiple?: boolean, onFile?: (file: File) => void, onFiles?: (files: File[]) => void, children?:
 *   unknown, [other: string]: unknown}} props
 */
export function FileButton({ accept, multiple, onFile, onFiles, children, ...rest }) {
    const input = useRef(/** @type {HTMLInputElement | null} */ (null));
    const take = () => {
        const files = [...input.current.files];
        input.current.value = "";
        if (files.length) {
            onFile?.(files[0]);
            onFiles?.(files);
        }
    };
    return html`<span><input type="file" hidden ref=${input} accept=${accept} multiple=${multiple} onChange=${take} /><${Button}
        icon="upload" onClick=${() => input.current.click()} ...${rest}>${children}</${Button}></span>`;
}
