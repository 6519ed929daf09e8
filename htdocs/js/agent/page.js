/** One agent: its instructions, its tuning, and what it did lately. */
import { get, query, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { count } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { useList, useLoad } from "../load.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { useEdit } from "../parts/form/edit.js";
import { Form } from "../parts/form/form.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonForm, SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { Tabs } from "../parts/tabs.js";
import { Ago } from "../parts/time.js";
import { tell } from "../parts/toast.js";
import { go, place } from "../router.js";
import { useStore } from "../store.js";
import { agentActions, tryAgent } from "./actions.js";
import { AgentFields, AgentTuning, agentValues, saveAgent, useProviders } from "./form.js";

/** @param {{id: string, title: string}} props title: while it is loaded */
export function Agent({ id, title }) {
    const { query: { tab = "settings" } } = useStore(place);
    const { data: agent, problem, reload, setData } = useLoad((signal) => get(`/agents/${id}`, signal), [id]);
    const [deleting, setDeleting] = useState(false);
    if (!agent) {
        return html`<${Page} title=${title} reading>${problem ? html`<${ProblemState} problem=${problem} onRetry=${reload} />` : html`<${SkeletonForm} />`}</${Page}>`;
    }
    const end = async () => {
        await remove(`/agents/${id}`);
        tell(`${agent.name} was deleted`);
        go("/agents");
    };
    return html`<${Page} title=${agent.name} context=${html`@${agent.handle} · <${Pill} state=${agent.state} />`} actions=${html`
            <${Button} icon="rooms" onClick=${() => tryAgent(agent)}>Try it</${Button}>
            ${agent.editable && html`<${Menu} label="Agent menu" items=${[
                ...agentActions(agent, setData).slice(1), null,
                { text: "Delete…", icon: "trash", danger: true, onSelect: () => setDeleting(true) }]} />`}`}>
        <${Tabs} label="Agent" current=${tab} items=${[{ id: "settings", text: "Settings", href: `/agents/${id}` }, { id: "log", text: "Activity", href: `/agents/${id}?tab=log` }]} />
        ${tab === "log" ? html`<${AgentLog} id=${id} />` : html`<${Settings} key=${agent.id} agent=${agent} onSaved=${setData} />`}
        ${deleting && html`<${ConfirmDialog} title=${`Delete ${agent.name}?`} action="Delete agent" phrase=${agent.handle} onConfirm=${end} onClose=${() => setDeleting(false)}
            lost="This permanently deletes the agent’s instructions and settings and removes the agent from all rooms. Its messages stay." />`}
    </${Page}>`;
}

/** @param {{agent: import("../types.js").Agent, onSaved: (agent: import("../types.js").Agent) => void}} props */
function Settings({ agent, onSaved }) {
    const form = useEdit(agent, agentValues);
    const providers = useProviders();
    const save = async (/** @type {typeof form.values} */ values, /** @type {import("../types.js").Agent} */ seen) => {
        const saved = await saveAgent(seen, values);
        onSaved(saved);
        tell("Agent saved");
        return saved;
    };
    return html`<${Form} form=${form} onSubmit=${save} class=""><fieldset disabled=${!agent.editable}>
        <div class="section"><div class="section__about"><h2>Profile</h2><p>People see the name and mention the handle. The instructions precede every conversation.</p></div>
            <div class="form"><${AgentFields} form=${form} providers=${providers} /></div></div>
        <div class="section"><div class="section__about"><h2>Model settings</h2><p>Empty fields use the model’s defaults.</p></div>
            <div class="form"><${AgentTuning} form=${form} /></div></div>
        ${agent.editable && html`<div class="section"><div /><div class="form__actions">
            <${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save</${Button}>
            ${form.changed && html`<${Button} onClick=${form.discard}>Discard changes</${Button}>`}</div></div>`}
    </fieldset></${Form}>`;
}

/** @param {{id: string}} props */
function AgentLog({ id }) {
    const list = useList((cursor, signal) => get(`/agents/${id}/logs` + query({ cursor }), signal), [id]);
    if (list.problem) {
        return html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`;
    }
    if (!list.items) {
        return html`<${SkeletonRows} />`;
    }
    if (!list.items.length) {
        return html`<${Empty} icon="audit" title="No activity yet" text="Each answer appears here with its outcome and token usage." />`;
    }
    const tokens = (/** @type {import("../types.js").RunItem} */ { usage }) => (usage?.prompt_tokens || 0) + (usage?.completion_tokens || 0);
    return html`<div class="page__tools"><span /><${Button} icon="refresh" onClick=${list.reload}>Refresh</${Button}></div>
        <${Table} label="Answers" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
            { title: "Time", draw: (run) => html`<${Ago} at=${run.queued_at} />` },
            { title: "Status", draw: (run) => html`<${Pill} state=${run.state} />` },
            { title: "Details", draw: (run) => html`<span class="soft">${run.reason || ""}</span>` },
            { title: "Room", draw: (run) => run.room && html`<a href=${`/rooms/${run.room}${run.trigger_seq ? `?at=${run.trigger_seq}` : ""}`}>${run.room_name || "Room"}</a>` },
            { title: "Tokens", kind: "number", draw: (run) => html`<span class="soft">${tokens(run) ? count(tokens(run)) : ""}</span>` },
        ]} />`;
}
