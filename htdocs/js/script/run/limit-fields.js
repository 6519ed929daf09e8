import { html } from "../../dom.js";
import { TextField } from "../../parts/form/field.js";
import { LIMITS } from "../../words.js";

/** @param {{form: import("../../parts/form/form.js").Form, widest?: Record<string, number>, help: string}} props widest: what holds where a field is empty */
export function LimitFields({ form, widest = {}, help }) {
    return html`<div class="stack"><p class="small soft">${help}</p><div class="form__pair limits">
        ${Object.entries(LIMITS).map(([name, { label, unit }]) => html`<${TextField} form=${form} name=${`limits.${name}`} label=${unit ? `${label} (${unit})` : label} inputMode="numeric" autocomplete="off"
            placeholder=${widest[name] === undefined ? "" : String(widest[name])} />`)}
    </div>${form.errors.limits && html`<p class="field__error" role="alert">${form.errors.limits}</p>`}</div>`;
}
