/** Named sets of variables and secrets, which scripts find in their environment. */
import { get, query } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { SearchField } from "../parts/form/field.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { go, place, setQuery } from "../router.js";
import { may } from "../session.js";
import { useStore } from "../store.js";
import { DeleteMapping, MappingDialog } from "./dialogs.js";

/** @param {{title: string}} props */
export function Mappings({ title }) {
    const list = useList((cursor, signal) => get("/mappings" + query({ cursor }), signal), []);
    const [creating, setCreating] = useState(false);
    const create = may("mappings.create") && html`<${Button} kind="primary" icon="plus" onClick=${() => setCreating(true)}>New mapping</${Button}>`;
    return html`<${Page} title=${title} context="Variables and secrets for scripts" actions=${create}>
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} />`
            : !list.items.length ? html`<${Empty} icon="mapping" title="No mappings yet"
                text="A mapping is a named set of variables and secrets. Scripts that you attach it to receive them as environment variables. Secrets are stored encrypted and hidden in output.">${create}</${Empty}>`
            : html`<${MappingTable} list=${list} />`}
        ${creating && html`<${MappingDialog} onClose=${() => setCreating(false)} onSaved=${(/** @type {import("../types.js").Mapping} */ mapping) => go(`/mappings/${mapping.id}`)} />`}
    </${Page}>`;
}

/** "3 variables, 1 secret" @param {import("../types.js").MappingEntry[]} entries */
function contents(entries) {
    const secrets = entries.filter(({ secret }) => secret).length;
    const parts = [entries.length - secrets && plural(entries.length - secrets, "variable"), secrets && plural(secrets, "secret")];
    return parts.filter(Boolean).join(", ") || "Empty";
}

/** @param {{list: import("../load.js").List}} props */
function MappingTable({ list }) {
    const { query: { q = "" } } = useStore(place);
    const [deleting, setDeleting] = useState(/** @type {import("../types.js").Mapping | null} */ (null));
    const rows = list.items.filter((/** @type {import("../types.js").Mapping} */ { name, description }) => `${name} ${description}`.toLowerCase().includes(q.toLowerCase()));
    return html`
        ${list.items.length > 8 && html`<div class="page__tools"><${SearchField} label="Filter by name" value=${q} onInput=${(/** @type {string} */ text) => setQuery({ q: text })} /></div>`}
        <${Table} label="Mappings" rows=${rows} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Mapping", draw: (mapping) => html`<a class="table__who" href=${`/mappings/${mapping.id}`}><${Icon} name=${mapping.visibility === "private" ? "lock" : "mapping"} />
                <div><b class="ellipsis">${mapping.name}</b><small class="ellipsis">${mapping.description || (mapping.visibility === "private" ? "Private" : "Shared with everyone")}</small></div></a>` },
            { title: "Contents", draw: ({ entries }) => html`<span class="soft">${contents(entries)}</span>` },
            { title: "Used by", draw: ({ used_by: users }) => html`<span class="soft">${users?.length ? plural(users.length, "script") : "Not used"}</span>` },
            { title: "Owner", draw: ({ owner }) => html`<span class="table__short soft ellipsis">${owner?.name}</span>` },
            { title: "Updated", draw: ({ updated_at }) => html`<span class="soft"><${Ago} at=${updated_at} /></span>` },
            { title: "Actions", kind: "actions", draw: (mapping) => html`<${Menu} small label=${`Actions for ${mapping.name}`} items=${[
                { text: mapping.editable ? "Edit" : "View", icon: mapping.editable ? "edit" : "eye", onSelect: () => go(`/mappings/${mapping.id}`) },
                ...(mapping.editable ? [null, { text: "Delete…", icon: "trash", danger: true, onSelect: () => setDeleting(mapping) }] : [])]} />` },
        ]} />
        ${deleting && html`<${DeleteMapping} mapping=${deleting} onClose=${() => setDeleting(null)}
            onDone=${() => list.change((/** @type {import("../types.js").Mapping[]} */ items) => items.filter(({ id }) => id !== deleting.id))} />`}`;
}
