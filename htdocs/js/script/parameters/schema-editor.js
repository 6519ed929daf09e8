/** Parameters of a script, as a table: a row for each parameter, its finer points folded away. The schema itself can be
 * looked at and edited as well. */
import { classes, html, useId, useLayoutEffect, useRef, useState } from "../../dom.js";
import { plural } from "../../format.js";
import { Button } from "../../parts/button.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { Empty } from "../../parts/empty.js";
import { Icon } from "../../parts/icon.js";
import { Segments } from "../../parts/form/switch.js";
import { applies, formatsOf, isList, MOST, nameErrors, newRow, rowsOf, schemaOf, TYPES, unknownIn } from "./schema.js";

/** @typedef {import("./schema.js").Row} Row */

/**
 * @param {{kind: string, rows: Row[], onChange: (rows: Row[]) => void, readOnly: boolean, problem?: string}} props
 *   problem: what the server found wrong
 */
export function SchemaEditor({ kind, rows, onChange, readOnly, problem }) {
    const [view, setView] = useState("table");
    return html`<div class="stack">
        <div class="row schema__bar"><p class="soft small">${rows.length ? plural(rows.length, "parameter") : "No parameters"}, requested before each run.</p>
            <${Segments} label="Parameter view" name="schema-view" value=${view} onChange=${setView}
                options=${[{ value: "table", label: "Table" }, { value: "raw", label: "JSON Schema" }]} /></div>
        ${problem && html`<p class="problem" role="alert"><${Icon} name="warning" /><span>${problem}</span></p>`}
        ${view === "raw" ? html`<${RawSchema} rows=${rows} onChange=${onChange} readOnly=${readOnly} />`
            : html`<${SchemaTable} rows=${rows} onChange=${onChange} readOnly=${readOnly} />`}
        ${rows.length > 0 && html`<${Arrival} kind=${kind} rows=${rows} />`}
    </div>`;
}

/** How the parameters get to the script, by the example of the first. @param {{kind: string, rows: Row[]}} props */
function Arrival({ kind, rows }) {
    const name = rows[0].name || "name";
    const whole = html`All values are available as JSON in <code>$COAGENT_INPUT</code>.`;
    const own = { playbook: html`Each value is available as a variable: <code>${`{{ ${name} }}`}</code>.`,
        terraform: html`Each value is available as a variable: declare <code>${`variable "${name}" {}`}</code>, then use <code>${`var.${name}`}</code>.` }[kind];
    return html`<p class="soft small">${own || html`Each value is available as an environment variable: <code>${`PARAM_${name.toUpperCase()}`}</code>.`} ${whole}</p>`;
}

/** @param {{rows: Row[], onChange: (rows: Row[]) => void, readOnly: boolean}} props */
function SchemaTable({ rows, onChange, readOnly }) {
    const [open, setOpen] = useState(0);
    const errors = nameErrors(rows);
    const add = () => {
        const row = newRow("");
        onChange([...rows, row]);
        setOpen(row.key);
    };
    const adder = !readOnly && html`<${Button} icon="plus" disabled=${rows.length >= MOST} onClick=${add}>Add parameter</${Button}>`;
    if (!rows.length) {
        return html`<${Empty} small icon="settings" title="This script takes no parameters" text="Add parameters to show a form before each run. The script receives the values.">${adder}</${Empty}>`;
    }
    const change = (/** @type {number} */ at, /** @type {Partial<Row>} */ part) => onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
    const move = (/** @type {number} */ at, /** @type {number} */ to) => {
        const next = [...rows];
        [next[at], next[to]] = [next[to], next[at]];
        onChange(next);
    };
    return html`<ul class="list schema" aria-label="Parameters">${rows.map((row, at) => html`<${Parameter} key=${row.key} row=${row} error=${errors[row.key]} readOnly=${readOnly}
            open=${open === row.key} onOpen=${() => setOpen(open === row.key ? 0 : row.key)} onChange=${(/** @type {Partial<Row>} */ part) => change(at, part)}
            onUp=${at > 0 && (() => move(at, at - 1))} onDown=${at < rows.length - 1 && (() => move(at, at + 1))}
            onRemove=${() => onChange(rows.filter((_, index) => index !== at))} />`)}</ul>
        <div>${adder}</div>`;
}

/** @param {any} props */
function Parameter({ row, error, readOnly, open, onOpen, onChange, onUp, onDown, onRemove }) {
    const id = useId("parameter");
    const set = (/** @type {string} */ name) => (/** @type {import("../../dom.js").InputEvent} */ event) => onChange({ [name]: event.target.value });
    const which = row.name || "the new parameter";
    const first = useRef(/** @type {HTMLElement | null} */ (null));
    useLayoutEffect(() => {
        if (open && !row.name) {
            first.current.focus();
        }
    }, []);
    return html`<li class=${classes("schema__row", open && "schema__row--open")}>
        <div class="schema__line">
            <${Cell} label="Name" of=${which}><input class="input input--mono" ref=${first} value=${row.name} readOnly=${readOnly} maxLength=${40} placeholder="name" spellcheck=${false}
                autocapitalize="none" autocomplete="off" aria-invalid=${error ? "true" : undefined} aria-describedby=${error ? `${id}-error` : undefined} onInput=${set("name")} /></${Cell}>
            <${Cell} label="Type" of=${which}><select class="input" disabled=${readOnly} onChange=${set("type")}>
                ${TYPES.map(([key, text]) => html`<option value=${key} selected=${key === row.type}>${text}</option>`)}</select></${Cell}>
            <${Cell} label="Label" of=${which}><input class="input" value=${row.title} readOnly=${readOnly} maxLength=${80} placeholder=${row.name} onInput=${set("title")} /></${Cell}>
            <${Cell} label="Default" of=${which}><${Default} row=${row} readOnly=${readOnly} onInput=${set("default")} /></${Cell}>
            <label class="schema__required"><input type="checkbox" checked=${row.required} disabled=${readOnly} aria-label=${`Required: ${which}`}
                onChange=${(/** @type {import("../../dom.js").InputEvent} */ event) => onChange({ required: event.target.checked })} /><span aria-hidden="true">Required</span></label>
            <div class="schema__actions">
                <${Button} kind="quiet" small icon="settings" label=${`Options of ${which}`} aria-expanded=${String(open)} onClick=${onOpen} />
                ${!readOnly && html`<${Button} kind="quiet" small icon="arrowUp" label=${`Move ${which} up`} disabled=${!onUp} onClick=${onUp || undefined} />
                    <${Button} kind="quiet" small icon="arrowDown" label=${`Move ${which} down`} disabled=${!onDown} onClick=${onDown || undefined} />
                    <${Button} kind="quiet" small icon="trash" label=${`Remove ${which}`} onClick=${onRemove} />`}
            </div>
        </div>
        ${error && html`<p class="field__error" id="${id}-error"><${Icon} name="warning" size=${14} />${error}</p>`}
        ${open && html`<${Finer} row=${row} which=${which} readOnly=${readOnly} set=${set} />`}
    </li>`;
}

/** @param {{label: string, of: string, children?: unknown}} props the label is read with the parameter's name */
const Cell = ({ label, of, children }) => html`<label class="schema__cell"><span aria-hidden="true">${label}</span><span class="sr-only">${label} of ${of}</span>${children}</label>`;

/** @param {{row: Row, readOnly: boolean, onInput: (event: any) => void}} props */
function Default({ row, readOnly, onInput }) {
    if (row.type === "boolean") {
        return html`<select class="input" disabled=${readOnly} onChange=${onInput}><option value="" selected=${row.default !== "true"}>No</option>
            <option value="true" selected=${row.default === "true"}>Yes</option></select>`;
    }
    if (row.format === "password" && row.type === "string") {
        return html`<input class="input" disabled value="" placeholder="a secret has none" />`;
    }
    return isList(row.type) || row.format === "multiline"
        ? html`<textarea class="input" rows=${1} value=${row.default} readOnly=${readOnly} onInput=${onInput}
            placeholder=${isList(row.type) ? "one on each line" : ""} />`
        : html`<input class="input" value=${row.default} readOnly=${readOnly} inputMode=${row.type === "string" ? undefined : "decimal"} onInput=${onInput} />`;
}

/** @param {{row: Row, which: string, readOnly: boolean, set: (name: string) => (event: any) => void}} props */
function Finer({ row, which, readOnly, set }) {
    const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {any} */ more = {}) => applies(name, row.type)
        && html`<${Cell} label=${label} of=${which}><input class="input" value=${/** @type {any} */ (row)[name]} readOnly=${readOnly} ...${more} onInput=${set(name)} /></${Cell}>`;
    const number = { inputMode: "decimal", autocomplete: "off" };
    return html`<div class="schema__finer">
        <${Cell} label="Help text" of=${which}><textarea class="input" rows=${2} maxLength=${500} value=${row.description} readOnly=${readOnly} onInput=${set("description")} /></${Cell}>
        ${applies("choices", row.type) && html`<${Cell} label="Choices (one per line)" of=${which}><textarea class="input" rows=${2} value=${row.choices} readOnly=${readOnly} onInput=${set("choices")} /></${Cell}>`}
        ${applies("format", row.type) && html`<${Cell} label="Format" of=${which}><select class="input" disabled=${readOnly} onChange=${set("format")}>
            ${formatsOf(row.type).map(([key, text]) => html`<option value=${key} selected=${key === row.format}>${text}</option>`)}</select></${Cell}>`}
        ${field("pattern", "Pattern (regular expression)", { class: "input input--mono", maxLength: 200, spellcheck: false })}
        ${field("minLength", "Min length", number)}${field("maxLength", "Max length", number)}
        ${field("minimum", "Minimum", number)}${field("maximum", "Maximum", number)}
        ${field("minItems", "Min entries", number)}${field("maxItems", "Max entries", number)}
    </div>`;
}

/** @param {{rows: Row[], onChange: (rows: Row[]) => void, readOnly: boolean}} props */
function RawSchema({ rows, onChange, readOnly }) {
    const [text, setText] = useState(() => JSON.stringify(schemaOf(rows), null, 4));
    const [wrong, setWrong] = useState("");
    const take = (/** @type {string} */ next) => {
        setText(next);
        try {
            const schema = JSON.parse(next);
            const unknown = unknownIn(schema);
            setWrong(unknown.length ? `Unsupported keywords were ignored: ${unknown.slice(0, 5).join(", ")}.` : "");
            if (!unknown.length) {
                onChange(rowsOf(schema));
            }
        } catch (error) {
            setWrong(`Invalid JSON: ${/** @type {Error} */ (error).message}`);
        }
    };
    return html`<${CodeEditor} class="code-editor--boxed" value=${text} language="javascript" label="JSON Schema of the parameters" readOnly=${readOnly} onChange=${take} />
        ${wrong && html`<p class="field__error" role="status"><${Icon} name="warning" size=${14} />${wrong}</p>`}`;
}
