import { html } from "../../dom.js";

/** @param {{label: string, help?: string, checked: boolean, onChange: (on: boolean) => void, disabled?: boolean}} props */
export function Switch({ label, help, checked, onChange, disabled }) {
    return html`<label class="switch">
        <span class="switch__text">${label}${help && html`<small>${help}</small>`}</span>
        <input type="checkbox" role="switch" checked=${checked} disabled=${disabled}
            onChange=${(/** @type {import("../../dom.js").InputEvent} */ event) => onChange(event.target.checked)} />
    </label>`;
}

/**
 * A few exclusive choices side by side.
 * @param {{label: string, name: string, value: string, options: {value: string, label: string}[],
 *   onChange: (value: string) => void}} props
 */
export function Segments({ label, name, value, options, onChange }) {
    return html`<div class="segments" role="radiogroup" aria-label=${label}>
        ${options.map((option) => html`<label>
            <input type="radio" name=${name} value=${option.value} checked=${option.value === value}
                onChange=${() => onChange(option.value)} />
            <span>${option.label}</span>
        </label>`)}
    </div>`;
}
