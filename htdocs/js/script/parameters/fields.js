/** The fields of a script's parameters, by their schema. The values are those of script/parameters/values.js. */
import { html } from "../../dom.js";
import { Check, SelectField, TextField } from "../../parts/form/field.js";
import { Icon } from "../../parts/icon.js";
import { Switch } from "../../parts/form/switch.js";
import { choicesOf, namesOf } from "./schema.js";
import { fieldOf } from "./values.js";

const INPUT_TYPES = /** @type {Record<string, string>} */ ({ password: "password", date: "date", email: "email", uri: "url" });

/** @param {{schema: any, form: import("../../parts/form/form.js").Form}} props */
export function ParameterFields({ schema, form }) {
    return namesOf(schema).map((name) => html`<${ParameterField} key=${name} name=${name} property=${schema.properties[name]} form=${form}
        required=${(schema.required || []).includes(name)} />`);
}

/** @param {{name: string, property: any, form: import("../../parts/form/form.js").Form, required: boolean}} props */
function ParameterField({ name, property, form, required }) {
    const { type, title, description, format, maxLength } = property;
    const choices = choicesOf(property);
    const common = { form, name: fieldOf(name), label: title || name, help: description, optional: !required, "aria-required": required ? "true" : undefined };
    if (type === "boolean") {
        return html`<div class="field"><${Switch} label=${common.label} help=${description} checked=${form.values[common.name]}
            onChange=${(/** @type {boolean} */ on) => form.set(common.name, on)} /><${FieldError} text=${form.errors[common.name]} /></div>`;
    }
    if (type === "array") {
        return choices ? html`<${Choices} ...${common} choices=${choices} />` : html`<${TextField} ...${common} rows=${3} help=${description || "One per line."} />`;
    }
    if (choices) {
        const options = choices.map((/** @type {any} */ choice) => [String(choice), String(choice)]);
        const chosen = choices.some((/** @type {any} */ choice) => String(choice) === form.values[common.name]);
        return html`<${SelectField} ...${common} options=${required && chosen ? options : [["", "None"], ...options]} />`;
    }
    if (type === "integer" || type === "number") {
        return html`<${TextField} ...${common} inputMode=${type === "integer" ? "numeric" : "decimal"} autocomplete="off" />`;
    }
    return html`<${TextField} ...${common} type=${INPUT_TYPES[format] || "text"} rows=${format === "multiline" ? 4 : undefined} most=${maxLength} autocomplete="off" />`;
}

/** @param {{text: string | undefined}} props */
const FieldError = ({ text }) => text && html`<p class="field__error" role="alert"><${Icon} name="warning" size=${14} />${text}</p>`;

/** @param {any} props */
function Choices({ form, name, label, help, choices }) {
    return html`<fieldset class="choices"><legend>${label}</legend>
        ${choices.map((/** @type {any} */ choice) => html`<${Check} form=${form} name=${name} value=${choice} label=${String(choice)} />`)}
        <${FieldError} text=${form.errors[name]} />${help && html`<p class="field__help">${help}</p>`}</fieldset>`;
}
