import { html, useId } from "../dom.js";
import { Segments } from "./form/switch.js";

/** The visibility of a script or a mapping. @param {{form: import("./form/form.js").Form, team: string, own: string}} props */
export function VisibilityField({ form, team, own }) {
    const id = useId("visibility");
    const { visibility } = form.values;
    return html`<div class="field"><span class="field__label" id=${id}>Visibility</span>
        <div><${Segments} label="Visibility" name=${id} value=${visibility} onChange=${(/** @type {string} */ value) => form.set("visibility", value)}
            options=${[{ value: "team", label: "Everyone" }, { value: "private", label: "Only me" }]} /></div>
        <p class="field__help">${visibility === "team" ? team : own}.</p></div>`;
}
