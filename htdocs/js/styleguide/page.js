/** All parts in one place, in all their states. */
import { html, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { LogExcerpt } from "../log/excerpt.js";
import { LineReader } from "../log/lines.js";
import { EntriesEditor } from "../mapping/entries-editor.js";
import { rowsOf as entriesOf } from "../mapping/entries.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { CodeEditor } from "../parts/code-editor.js";
import { Copyable } from "../parts/copy.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Diff } from "../parts/diff.js";
import { Empty } from "../parts/empty.js";
import { Check, SearchField, SelectField, TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";
import { DRAWINGS, Icon } from "../parts/icon.js";
import { Markdown } from "../parts/markdown.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemNote } from "../parts/problem.js";
import { SkeletonPosts, SkeletonRows } from "../parts/skeleton.js";
import { Segments, Switch } from "../parts/form/switch.js";
import { Table } from "../parts/table.js";
import { Tabs } from "../parts/tabs.js";
import { Ago, Clock } from "../parts/time.js";
import { tell } from "../parts/toast.js";
import { RunReason } from "../run/parts.js";
import { ParameterFields } from "../script/parameters/fields.js";
import { SchemaEditor } from "../script/parameters/schema-editor.js";
import { rowsOf } from "../script/parameters/schema.js";
import { valuesOf } from "../script/parameters/values.js";
import { RUN_STATES } from "../words.js";

const COLOURS = ["paper", "surface", "sunken", "line", "line-strong", "ink", "ink-soft", "accent", "good", "warn", "bad", "info-soft"];
const PEOPLE = [{ id: "a", name: "Ada Lovelace", kind: "user" }, { id: "b", name: "Grace Hopper", kind: "user" }, { id: "c", name: "Research helper", kind: "agent" }];
const BEFORE = "#!/bin/sh\nset -eu\n\necho \"Hello\"\ndate\n";
const AFTER = "#!/bin/sh\nset -eu\n\necho \"Good morning\"\ndate\nuptime\n";
const SCHEMA = {
    type: "object", required: ["name"], order: ["name", "level", "loud", "tags", "token"],
    properties: {
        name: { type: "string", title: "Name", default: "world" }, level: { type: "string", title: "Log level", enum: ["info", "debug"], default: "info" },
        loud: { type: "boolean", title: "Loud", description: "In capital letters." }, tags: { type: "array", title: "Tags", enum: ["red", "green"] },
        token: { type: "string", title: "Token", format: "password" },
    },
};
const ENTRIES = [{ key: "REGION", secret: false, value: "eu-west-1" }, { key: "API_TOKEN", secret: true, value: null }];
const PROSE = `## Markdown

A paragraph with **weight**, *stress*, \`code\`, a [link](https://example.org) and @ada.

1. first
2. second

| Part | Lines |
| --- | ---: |
| store | 40 |
| socket | 120 |

\`\`\`python
def answer(question: str) -> str:
    """Say it in one line."""
    return f"You asked: {question}"  # and that is all
\`\`\`

> A quotation, to see how it sits.`;

/** @param {{title: string, children?: unknown}} props */
const Section = ({ title, children }) => html`<section class="section"><div class="section__about"><h2>${title}</h2></div><div class="stack">${children}</div></section>`;

/** @param {{title: string}} props */
export function Styleguide({ title }) {
    return html`<${Page} title=${title} context="Every part, in every state">
        <${Section} title="Colours"><div class="swatches">${COLOURS.map((name) => html`<div><div class="swatch__colour" style=${{ background: `var(--${name})` }} /><span class="small soft">${name}</span></div>`)}</div></${Section}>
        <${Section} title="Icons"><div class="icons">${Object.keys(DRAWINGS).map((name) => html`<div><${Icon} name=${name} />${name}</div>`)}</div></${Section}>
        <${Controls} /><${Inputs} /><${Texts} /><${Scripting} /><${Output} />
        <${Section} title="Skeletons"><${SkeletonRows} rows=${2} /><${SkeletonPosts} posts=${2} /></${Section}>
        <${Section} title="Empty"><${Empty} small icon="rooms" title="One sentence" text="And the obvious next thing."><${Button} kind="primary">Do it</${Button}></${Empty}></${Section}>
    </${Page}>`;
}

function Controls() {
    const [asking, setAsking] = useState(false);
    return html`
        <${Section} title="Buttons"><div class="row"><${Button} kind="primary">Primary</${Button}><${Button}>Plain</${Button}><${Button} kind="quiet">Quiet</${Button}>
            <${Button} kind="danger">Danger</${Button}><${Button} icon="plus">With icon</${Button}><${Button} busy>Busy</${Button}><${Button} disabled>Disabled</${Button}>
            <${Button} kind="quiet" icon="edit" label="Only an icon" /></div></${Section}>
        <${Section} title="Menu, dialog, toast"><div class="row"><${Menu} label="A menu" items=${[{ text: "Edit", icon: "edit", onSelect: () => {} }, null, { text: "Delete", icon: "trash", danger: true, onSelect: () => {} }]} />
            <${Button} onClick=${() => setAsking(true)}>Open a dialog</${Button}><${Button} onClick=${() => tell("That was done")}>Show a toast</${Button}>
            <${Button} onClick=${() => tell("That did not work", true)}>Show a bad toast</${Button}></div>
            ${asking && html`<${ConfirmDialog} title="Delete it?" lost="This cannot be undone." phrase="it" action="Delete" onConfirm=${async () => {}} onClose=${() => setAsking(false)} />`}</${Section}>
        <${Section} title="Pills"><div class="row">${[...Object.keys(RUN_STATES), "started", "disabled"].map((state) => html`<${Pill} state=${state} />`)}</div></${Section}>
        <${Section} title="Avatars"><div class="row">${PEOPLE.map((one) => html`<${Avatar} of=${one} /><${Avatar} of=${one} size="small" />`)}<${Avatar} of=${PEOPLE[2]} alive size="large" /></div></${Section}>
        <${Section} title="Tabs"><${Tabs} label="An example" current="a" items=${[{ id: "a", text: "First", href: "/styleguide" }, { id: "b", text: "Second", href: "/styleguide", number: 12 }]} /></${Section}>`;
}

/** The sixteen colours, some of the others, and the error stream. */
function Output() {
    const reader = new LineReader();
    const sixteen = (/** @type {number} */ base) => [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `\x1b[${base + n}mcolour ${base + n}\x1b[0m `).join("");
    const text = [sixteen(30), sixteen(90), sixteen(40), sixteen(100), "\x1b[1mbold\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined\x1b[0m \x1b[2mdim\x1b[0m \x1b[7minverse\x1b[0m",
        "\x1b[38;5;208mof 256\x1b[0m \x1b[38;2;250;240;120mtrue colour\x1b[0m \x1b[48;2;20;90;60mground\x1b[0m", " 10 %\r100 % a progress bar"].join("\n");
    reader.take({ stream: "stdout", text: text + "\n", at: "" });
    reader.take({ stream: "stderr", text: "an error\n", at: "" });
    return html`<${Section} title="Output of a run"><${LogExcerpt} lines=${reader.lines} /><${RunReason} text="Exit code 3." /></${Section}>`;
}

function Inputs() {
    const form = useForm({ name: "Ada", secret: "", text: "", choice: "b", list: ["one"] });
    const [on, setOn] = useState(true);
    const [part, setPart] = useState("a");
    const wrong = { ...form, errors: { name: "This name is taken." } };
    return html`<${Section} title="Fields">
        <${TextField} form=${form} name="name" label="Plain" help="Help text." /><${TextField} form=${wrong} name="name" label="Wrong" />
        <${TextField} form=${form} name="secret" label="Secret" type="password" optional /><${TextField} form=${form} name="text" label="Long" rows=${3} most=${100} />
        <${SelectField} form=${form} name="choice" label="Choice" options=${[["a", "First"], ["b", "Second"]]} /><${SearchField} label="Search" value="" onInput=${() => {}} />
        <${Check} form=${form} name="list" value="one" label="A check" help="With help." /><${Switch} label="A switch" help="On or off, at once." checked=${on} onChange=${setOn} />
        <div><${Segments} label="Parts" name="part" value=${part} onChange=${setPart} options=${[{ value: "a", label: "One" }, { value: "b", label: "Two" }]} /></div>
    </${Section}>`;
}

function Texts() {
    const handles = new Map([["ada", { id: "a", name: "Ada Lovelace" }]]);
    const now = new Date().toISOString();
    return html`<${Section} title="Text"><${Markdown} text=${PROSE} handles=${handles} myId="b" /></${Section}>
        <${Section} title="Times and ids"><div class="row"><${Ago} at=${now} /><${Clock} at=${now} /></div><${Copyable} text="0198f0c2-7b1e-7c3a-9a55-3f1f6a2d9b10" label="Copy ID" /></${Section}>
        <${Section} title="Table"><${Table} label="An example" rows=${PEOPLE} columns=${[{ title: "Name", draw: (row) => row.name }, { title: "Kind", draw: (row) => html`<${Pill} plain>${row.kind}</${Pill}>` }]} /></${Section}>
        <${Section} title="Problem"><${ProblemNote} problem=${{ message: "Can’t reach the server.", fields: {}, status: 0 }} /></${Section}>`;
}

function Scripting() {
    const form = useForm(valuesOf(SCHEMA));
    const [rows, setRows] = useState(() => rowsOf(SCHEMA));
    const [entries, setEntries] = useState(() => entriesOf(ENTRIES));
    const [code, setCode] = useState(AFTER);
    return html`<${Section} title="Code editor"><${CodeEditor} class="code-editor--boxed" value=${code} language="shell" label="An example of code" onChange=${setCode} /></${Section}>
        <${Section} title="Difference"><${Diff} before=${BEFORE} after=${code} label="An example of a difference" /></${Section}>
        <${Section} title="Parameters"><${ParameterFields} schema=${SCHEMA} form=${form} /></${Section}>
        <${Section} title="Parameters of a script"><${SchemaEditor} rows=${rows} onChange=${setRows} readOnly=${false} /></${Section}>
        <${Section} title="Variables"><${EntriesEditor} rows=${entries} onChange=${setEntries} readOnly=${false} checked /></${Section}>`;
}
