/** A label, its control, its help and what is wrong with it, tied together for screen readers. */
import { html, useId, useState } from "../../dom.js";
import { count } from "../../format.js";
import { Button } from "../button.js";
import { Icon } from "../icon.js";

/**
 * @typedef {{label: string, name: string, help?: any, optional?: boolean, most?: number, form: import("./form.js").Form, type?: string,
 *   rows?: number, mono?: boolean, children?: unknown, [other: string]: unknown}} FieldProps
 *   form: from useForm; most: the limit, shown as a counter when it comes near
 */

/** @param {FieldProps} props */
export function TextField({ label, name, help, optional, most, form, type = "text", rows, mono, ...rest }) {
    const value = form.values[name] ?? "";
    const control = {
        class: mono ? "input input--mono" : "input", name, value, maxLength: most, spellcheck: mono ? false : undefined,
        onInput: (/** @type {import("../../dom.js").InputEvent} */ event) => form.set(name, event.target.value), ...rest,
    };
    const secret = type === "password";
    return html`<${Frame} ...${{ label, name, help, optional, most, form, value, secret }} draw=${(/** @type {any} */ ids) => {
        if (secret) {
            return html`<${Password} ...${control} ...${ids} />`;
        }
        return rows ? html`<textarea ...${control} ...${ids} rows=${rows} />` : html`<input ...${control} ...${ids} type=${type} />`;
    }} />`;
}

/** @param {FieldProps & {options: [string, string][]}} props options: value and text */
export function SelectField({ label, name, help, form, options, ...rest }) {
    const value = form.values[name] ?? "";
    const textOf = (/** @type {string} */ key) => options.find(([one]) => one === key)?.[1] ?? key;
    return html`<${Frame} ...${{ label, name, help, form, value, text: textOf }} draw=${(/** @type {any} */ ids) => html`
        <select class="input" name=${name} onChange=${(/** @type {import("../../dom.js").InputEvent} */ event) => form.set(name, event.target.value)} ...${rest} ...${ids}>
            ${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
        </select>`} />`;
}

/** @param {any} props */
function Frame({ label, name, help, optional, most, form, value, text, secret, draw }) {
    form.about.current[name] = { label, text, secret };
    const id = useId("field");
    const error = form.errors[name];
    const near = most && value.length > most * 0.8;
    const ids = {
        id, "aria-invalid": error ? "true" : undefined,
        "aria-describedby": [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined,
    };
    return html`<div class="field">
        <label class="field__label" for=${id}>${label}
            ${near ? html`<small>${count(value.length)} of ${count(most)}</small>` : optional && html`<small>optional</small>`}
        </label>
        ${draw(ids)}
        ${error && html`<p class="field__error" id="${id}-error"><${Icon} name="warning" size=${14} />${error}</p>`}
        ${help && html`<p class="field__help" id="${id}-help">${help}</p>`}
    </div>`;
}

/** @param {any} props */
function Password(props) {
    const [shown, show] = useState(false);
    return html`<div class="input-group">
        <input ...${props} type=${shown ? "text" : "password"} />
        <${Button} kind="quiet" small icon="eye" label=${shown ? "Hide the password" : "Show the password"}
            aria-pressed=${String(shown)} onClick=${() => show(!shown)} />
    </div>`;
}

/**
 * One of a list of choices.
 * @param {{form: import("./form.js").Form, name: string, value: string, label: string, help?: string, disabled?: boolean}} props
 */
export function Check({ form, name, value, label, help, disabled }) {
    const list = /** @type {string[]} */ (form.values[name]);
    noteChoice(form, name, value, label);
    const change = (/** @type {any} */ event) =>
        form.set(name, event.target.checked ? [...list, value] : list.filter((item) => item !== value));
    return html`<label class="check">
        <input type="checkbox" checked=${list.includes(value)} disabled=${disabled} onChange=${change} />
        <span>${label}</span>${help && html`<span class="check__help">${help}</span>`}
    </label>`;
}

/** How a list of choices reads, told by each of them. @param {import("./form.js").Form} form @param {string} name
 * @param {string} value @param {string} label */
function noteChoice(form, name, value, label) {
    const known = form.about.current[name] || { choices: /** @type {Record<string, string>} */ ({}) };
    const choices = { ...known.choices, [value]: label };
    form.about.current[name] = { choices, text: (/** @type {string[]} */ list) => list.map((one) => choices[one] ?? one).join(", ") };
}

/** @param {{label: string, value: string, onInput: (text: string) => void, [other: string]: unknown}} props */
export function SearchField({ label, value, onInput, ...rest }) {
    return html`<div class="input-group">
        <${Icon} name="search" />
        <input class="input" type="search" aria-label=${label} placeholder=${label} value=${value}
            onInput=${(/** @type {import("../../dom.js").InputEvent} */ event) => onInput(event.target.value)} ...${rest} />
    </div>`;
}
