/** The variables of a mapping as a table. Secrets go one way: a stored one can be replaced, never looked at. */
import { html, useLayoutEffect, useRef, useState } from "../dom.js";
import { plural } from "../format.js";
import { Button } from "../parts/button.js";
import { FormDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { Icon } from "../parts/icon.js";
import { Pill } from "../parts/pill.js";
import { tell } from "../parts/toast.js";
import { faultsOf, merge, MOST, newEntry, parseLines } from "./entries.js";

/** @typedef {import("./entries.js").Entry} Entry */

/**
 * @param {{rows: Entry[], onChange: (rows: Entry[]) => void, readOnly: boolean, checked: boolean, errors?: Record<string, string>}} props
 *   checked: tell what is wrong; errors: what the server found, by "entries.0.key"
 */
export function EntriesEditor({ rows, onChange, readOnly, checked, errors = {} }) {
    const [pasting, setPasting] = useState(false);
    const [fresh, setFresh] = useState(0);
    const faults = checked ? faultsOf(rows) : {};
    const take = (/** @type {string} */ text) => {
        const { entries, skipped } = parseLines(text);
        onChange(merge(rows, entries));
        tell(`Imported ${plural(entries.length, "variable")}${skipped.length ? `, skipped ${plural(skipped.length, "line")} without KEY=VALUE` : ""}`, !entries.length);
    };
    const add = () => {
        const entry = newEntry();
        onChange([...rows, entry]);
        setFresh(entry.key);
    };
    const adders = !readOnly && html`<div class="row"><${Button} icon="plus" disabled=${rows.length >= MOST} onClick=${add}>Add variable</${Button}>
        <${Button} icon="copy" onClick=${() => setPasting(true)}>Import .env</${Button}></div>`;
    const change = (/** @type {number} */ key, /** @type {Partial<Entry>} */ part) => onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
    return html`<div class="stack">
        ${rows.length ? html`<ul class="list entries" aria-label="Variables">${rows.map((row, at) => html`<${EntryRow} key=${row.key} row=${row}
                fault=${faults[row.key] || errors[`entries.${at}.key`] || errors[`entries.${at}.value`] || errors[`entries.${at}`]} readOnly=${readOnly} fresh=${row.key === fresh}
                onLines=${take} onChange=${(/** @type {Partial<Entry>} */ part) => change(row.key, part)} onRemove=${() => onChange(rows.filter(({ key }) => key !== row.key))} />`)}</ul>${adders}`
            : html`<${Empty} small icon="mapping" title="No variables yet" text="Scripts with this mapping receive its variables as environment variables.">${adders}</${Empty}>`}
        ${pasting && html`<${PasteDialog} onTake=${take} onClose=${() => setPasting(false)} />`}
    </div>`;
}

/** @param {any} props */
function EntryRow({ row, fault, readOnly, fresh, onLines, onChange, onRemove }) {
    const which = row.name || "the new variable";
    const first = useRef(/** @type {HTMLElement | null} */ (null));
    useLayoutEffect(() => {
        if (fresh) {
            first.current.focus();
        }
    }, []);
    const paste = (/** @type {ClipboardEvent} */ event) => {
        const text = event.clipboardData?.getData("text") || "";
        if (/^\s*(export\s+)?\w+\s*=/.test(text) && !row.name && !row.value) {
            event.preventDefault();
            onLines(text);
        }
    };
    const locked = readOnly || row.stored;
    return html`<li class="entries__row">
        <div class="entries__line">
            <input class="input input--mono" aria-label=${`Name of ${which}`} placeholder="NAME" value=${row.name} readOnly=${locked} maxLength=${64} spellcheck=${false} autocapitalize="none" autocomplete="off"
                ref=${first} aria-invalid=${fault ? "true" : undefined} onPaste=${paste} onInput=${(/** @type {import("../dom.js").InputEvent} */ event) => onChange({ name: event.target.value })} />
            <${Value} row=${row} which=${which} readOnly=${readOnly} onChange=${onChange} />
            <label class="entries__secret"><input type="checkbox" checked=${row.secret} disabled=${locked} aria-label=${`Secret: ${which}`}
                onChange=${(/** @type {import("../dom.js").InputEvent} */ event) => onChange({ secret: event.target.checked })} /><span aria-hidden="true">Secret</span></label>
            ${!readOnly && html`<${Button} kind="quiet" small icon="trash" label=${`Remove ${which}`} onClick=${onRemove} />`}
        </div>
        ${fault && html`<p class="field__error"><${Icon} name="warning" size=${14} />${fault}</p>`}
    </li>`;
}

/** @param {{row: Entry, which: string, readOnly: boolean, onChange: (part: Partial<Entry>) => void}} props */
function Value({ row, which, readOnly, onChange }) {
    if (row.stored) {
        return html`<div class="entries__stored"><${Pill} tone="good">Stored</${Pill}>
            ${!readOnly && html`<${Button} small onClick=${() => onChange({ stored: false, value: "" })}>Replace<span class="sr-only"> ${which}</span></${Button}>`}</div>`;
    }
    const control = { class: "input input--mono", "aria-label": `Value of ${which}`, placeholder: "value", value: row.value, readOnly, maxLength: 16000, spellcheck: false,
        autocomplete: "off", onInput: (/** @type {import("../dom.js").InputEvent} */ event) => onChange({ value: event.target.value }) };
    if (row.secret && !row.value.includes("\n")) {
        return html`<input ...${control} type="password" autocomplete="new-password" />`;
    }
    return row.value.includes("\n") ? html`<textarea ...${control} rows=${3} />` : html`<input ...${control} />`;
}

/** @param {{onTake: (text: string) => void, onClose: () => void}} props */
function PasteDialog({ onTake, onClose }) {
    const form = useForm({ text: "" });
    const save = async (/** @type {typeof form.values} */ { text }) => {
        onTake(text);
        onClose();
    };
    return html`<${FormDialog} title="Import .env" wide form=${form} onSubmit=${save} onClose=${onClose} action="Import" disabled=${!form.values.text.trim()}>
        <${TextField} form=${form} name="text" label="Lines" rows=${10} mono data-autofocus placeholder=${"DATABASE_URL=postgresql://db.example.org/app\nAPI_TOKEN=…"}
            help="One KEY=VALUE per line, as in a .env file. Likely secrets are marked; review them before you save." />
    </${FormDialog}>`;
}
