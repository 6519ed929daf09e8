/** The agents of the studio. */
import { get, query } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { useList } from "../load.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { Empty } from "../parts/empty.js";
import { SearchField } from "../parts/form/field.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { go, place, setQuery } from "../router.js";
import { may } from "../session.js";
import { useStore } from "../store.js";
import { agentActions, tryAgent } from "./actions.js";
import { AgentDialog } from "./form.js";

/** @param {{title: string}} props */
export function Agents({ title }) {
    const { query: { q = "" } } = useStore(place);
    const list = useList((cursor, signal) => get("/agents" + query({ cursor }), signal), []);
    const [creating, setCreating] = useState(false);
    const create = may("agents.create") && html`<${Button} kind="primary" icon="plus" onClick=${() => setCreating(true)}>New agent</${Button}>`;
    return html`<${Page} title=${title} context="AI teammates you can mention" actions=${create}>
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} />`
            : !list.items.length ? html`<${Empty} icon="agents" title="No agents yet"
                text="An agent is a language model with a name and a job. Add it to a room and mention it to get an answer.">${create}</${Empty}>`
            : html`<${AgentTable} list=${list} q=${q} />`}
        ${creating && html`<${AgentDialog} onClose=${() => setCreating(false)} onSaved=${(/** @type {import("../types.js").Agent} */ agent) => go(`/agents/${agent.id}`)} />`}
    </${Page}>`;
}

/** @param {{list: import("../load.js").List, q: string}} props */
function AgentTable({ list, q }) {
    const matches = (/** @type {import("../types.js").Agent} */ { name, handle }) => (name + " " + handle).toLowerCase().includes(q.toLowerCase());
    const change = (/** @type {import("../types.js").Agent} */ agent) => list.change((/** @type {import("../types.js").Agent[]} */ items) => items.map((item) => (item.id === agent.id ? agent : item)));
    const rows = list.items.filter(matches);
    return html`
        ${list.items.length > 8 && html`<div class="page__tools"><${SearchField} label="Filter by name" value=${q}
            onInput=${(/** @type {string} */ text) => setQuery({ q: text })} /></div>`}
        <${Table} label="Agents" rows=${rows} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Agent", draw: (agent) => html`<a class="table__who" href=${`/agents/${agent.id}`}><${Avatar} of=${{ ...agent, kind: "agent" }} />
                <div><b class="ellipsis">${agent.name}</b><small class="ellipsis">@${agent.handle}</small></div></a>` },
            { title: "Model", draw: (agent) => html`<span>${agent.provider?.name || html`<span class="soft">No provider</span>`}
                ${agent.model && html`<span class="table__sub mono">${agent.model}</span>`}</span>` },
            { title: "Status", draw: (agent) => html`<${Pill} state=${agent.state} />` },
            { title: "Rooms", draw: (agent) => html`<span class="soft">${plural(agent.rooms, "room")}</span>` },
            { title: "Owner", draw: (agent) => html`<span class="soft">${agent.owner?.name}</span>` },
            { title: "Actions", kind: "actions", draw: (agent) => html`<${Menu} small label=${`Actions for ${agent.name}`} items=${[
                { text: "Try it", icon: "rooms", onSelect: () => tryAgent(agent) },
                { text: agent.editable ? "Edit" : "View", icon: agent.editable ? "edit" : "eye", onSelect: () => go(`/agents/${agent.id}`) },
                ...agentActions(agent, change)]} />` },
        ]} />`;
}
