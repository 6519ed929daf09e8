import { html, useState } from "../dom.js";
import { Button } from "./button.js";

/** Also without navigator.clipboard, which plain HTTP does not have. @param {string} text */
export async function copyText(text) {
    if (navigator.clipboard) {
        return navigator.clipboard.writeText(text);
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    (document.querySelector("dialog[open]") || document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
}

/** @param {{text: string, label?: string, children?: unknown, [other: string]: unknown}} props */
export function CopyButton({ text, label, children, ...rest }) {
    const [done, setDone] = useState(false);
    const copy = () => copyText(text).then(() => {
        setDone(true);
        setTimeout(() => setDone(false), 1600);
    });
    return html`<${Button} icon=${done ? "check" : "copy"} label=${label && (done ? "Copied" : label)} onClick=${copy}
        ...${rest}>${done ? "Copied" : children}</${Button}>`;
}

/** A value that people copy, with its button. @param {{text: string, label: string}} props */
export function Copyable({ text, label }) {
    return html`<div class="copyable"><code>${text}</code>
        <${CopyButton} kind="quiet" small text=${text} label=${label} /></div>`;
}
