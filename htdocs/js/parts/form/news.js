/** In a form, what somebody else has changed meanwhile: beside one's own text where both have changed the same. */
import { html } from "../../dom.js";
import { Button } from "../button.js";
import { Diff } from "../diff.js";
import { Icon } from "../icon.js";

/** @typedef {Record<string, {label?: string, text?: (value: never) => string}>} Words */

/** @param {{form: import("./form.js").Form, news: import("./merge.js").Changed, stored: Record<string, unknown>, words: Words,
 *   onDecide: (name: string, taken: boolean) => void}} props stored: the present values */
export function News({ form, news, stored, words, onDecide }) {
    const labelOf = (/** @type {string} */ name) => words[name]?.label || form.about.current[name]?.label || capital(name);
    const textOf = (/** @type {string} */ name, /** @type {unknown} */ value) =>
        (words[name]?.text || form.about.current[name]?.text || plain)(/** @type {never} */ (value));
    return html`<div class="news" role="alert">
        <p class="news__title"><${Icon} name="warning" /><b>Someone else changed this while you were editing.</b></p>
        ${news.both.map((name) => html`<fieldset class="news__field" key=${name}><legend>${labelOf(name)}</legend>
            <${Both} label=${labelOf(name)} now=${textOf(name, stored[name])} yours=${textOf(name, form.values[name])} />
            <div class="news__choice"><${Button} small onClick=${() => onDecide(name, true)}>Take theirs</${Button}>
                <${Button} small onClick=${() => onDecide(name, false)}>Keep mine</${Button}></div></fieldset>`)}
        ${news.theirs.length > 0 && html`<ul class="news__theirs">${news.theirs.map((name) => html`<li key=${name}>
            ${labelOf(name)} is now: ${quoted(textOf(name, stored[name]))}</li>`)}</ul>`}
        <p class="small">Your changes are still in the form, and not saved yet.
            ${news.both.length ? " Choose" : " Check them"}, then save again.</p>
    </div>`;
}

/** Long texts are compared line by line. @param {{label: string, now: string, yours: string}} props */
function Both({ label, now, yours }) {
    if (`${now}${yours}`.includes("\n")) {
        return html`<${Diff} before=${now} after=${yours} label=${`${label}: what it is now, compared with yours`} />`;
    }
    return html`<dl class="news__both"><dt>Now</dt><dd>${quoted(now)}</dd><dt>Yours</dt><dd>${quoted(yours)}</dd></dl>`;
}

/** @param {string} text */
const quoted = (text) => (text === "" ? html`<span class="soft">(empty)</span>` : html`<bdi>${text}</bdi>`);

/** @param {unknown} value */
function plain(value) {
    if (typeof value === "boolean") {
        return value ? "on" : "off";
    }
    return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** "storage_mb" as a label, for a field without one. @param {string} name */
const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, " ");
