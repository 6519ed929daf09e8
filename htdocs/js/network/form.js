/** The form of a named network: a destination a line, and who may give it to scripts. */
import { patch, post } from "../api.js";
import { html } from "../dom.js";
import { FormDialog } from "../parts/dialog.js";
import { TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";

/** @typedef {import("../types.js").Network} Network */

/** The lines that say something, each with its number for people. @param {string} text */
const linesOf = (text) => text.split("\n").map((line, index) => ({ number: index + 1, text: line.trim() })).filter((line) => line.text);

/** The server counts destinations, people count lines. @param {Record<string, string>} fields @param {{number: number}[]} lines */
const byLine = (fields, lines) => Object.fromEntries(Object.entries(fields).map(([name, sentence]) => {
    const [field, index] = name.split(".");
    return index === undefined ? [name, sentence] : [field, `Line ${lines[Number(index)].number}: ${sentence}`];
}));

/** @param {Network | null} network */
const valuesOf = (network) => ({
    name: network?.name || "", description: network?.description || "", destinations: (network?.destinations || []).join("\n"),
    people: (network?.people || []).map(({ handle }) => `@${handle}`).join(" "),
});

/** @param {{network: Network, onClose: () => void, onSaved: (network: Network) => void}} props network null: a new one */
export function NetworkDialog({ network, onClose, onSaved }) {
    const form = useEdit(network, valuesOf);
    const save = async (/** @type {typeof form.values} */ values, /** @type {Network} */ seen) => {
        const lines = linesOf(values.destinations);
        const body = {
            name: values.name, description: values.description, destinations: lines.map(({ text }) => text),
            people: values.people.split(/[\s,]+/).filter(Boolean),
        };
        try {
            const saved = await (seen ? patch(`/networks/${seen.id}`, { ...body, version: seen.version }) : post("/networks", body));
            onSaved(saved);
            return saved;
        } catch (caught) {
            caught.fields = byLine(caught.fields || {}, lines);
            throw caught;
        }
    };
    return html`<${FormDialog} title=${network ? `Edit ${network.name}` : "New network"} wide form=${form} onSubmit=${save}
        onClose=${onClose} action=${network ? "Save" : "Create network"}>
        <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" placeholder="in-house" data-autofocus />
        <${TextField} form=${form} name="description" label="Description" most=${500} optional autocomplete="off" />
        <${TextField} form=${form} name="destinations" label="Destinations" rows=${5} mono
            placeholder=${"10.20.0.0/16 tcp 22, 443\n192.168.7.20 tcp 5432"}
            help=${"One per line: an IPv4 address or network, then tcp or udp and ports if you want to narrow it. "
                + "Runs never reach this server."} />
        <${TextField} form=${form} name="people" label="People who may add it to scripts" optional autocomplete="off"
            spellcheck=${false} placeholder="@ann @bob"
            help="Their handles. Users with the permission “Allow internet access” may always add it." />
    </${FormDialog}>`;
}
