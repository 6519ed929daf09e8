/** The model endpoints. Everybody sees their names; who may manage them adds, edits and checks them. */
import { get, query, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { tell } from "../parts/toast.js";
import { may } from "../session.js";
import { PROVIDER_KINDS } from "../words.js";
import { CheckDialog } from "./check.js";
import { ProviderDialog } from "./form.js";

/** @param {{title: string}} props */
export function Providers({ title }) {
    const list = useList((cursor, signal) => get("/providers" + query({ cursor }), signal), []);
    const [open, setOpen] = useState(/** @type {{what: string, provider: import("../types.js").Provider}} */ ({ what: "", provider: null }));
    const manages = may("providers.manage");
    const close = () => setOpen({ what: "", provider: null });
    const add = manages && html`<${Button} kind="primary" icon="plus" onClick=${() => setOpen({ what: "form", provider: null })}>New provider</${Button}>`;
    const saved = () => {
        close();
        list.reload();
    };
    const end = async () => {
        await remove(`/providers/${open.provider.id}`);
        tell(`${open.provider.name} was deleted`);
        list.reload();
    };
    return html`<${Page} title=${title} context="Language models for your agents" actions=${add}>
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} rows=${3} />`
            : !list.items.length ? html`<${Empty} icon="provider" title="No providers yet"
                text="A provider is any endpoint with an OpenAI-compatible API: OpenAI itself, or Ollama, llama.cpp and vLLM on your own machines.">${add}</${Empty}>`
            : html`<${ProviderTable} list=${list} manages=${manages} onOpen=${(/** @type {string} */ what, /** @type {import("../types.js").Provider} */ provider) => setOpen({ what, provider })} />`}
        ${open.what === "form" && html`<${ProviderDialog} provider=${open.provider} onClose=${close} onSaved=${saved} />`}
        ${open.what === "check" && html`<${CheckDialog} provider=${open.provider} onClose=${close} onSaved=${saved} />`}
        ${open.what === "delete" && html`<${ConfirmDialog} title=${`Delete ${open.provider.name}?`} action="Delete provider" phrase=${open.provider.name} onConfirm=${end} onClose=${close}
            lost="This permanently deletes its base URL and API key. First give the agents that use it another provider." />`}
    </${Page}>`;
}

/** @param {{list: import("../load.js").List, manages: boolean, onOpen: (what: string, provider: import("../types.js").Provider) => void}} props */
function ProviderTable({ list, manages, onOpen }) {
    return html`<${Table} label="Providers" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
        { title: "Provider", draw: (provider) => html`<div class="table__who"><${Icon} name="provider" size=${18} />
            <div><b class="ellipsis">${provider.name}</b>${provider.base_url && html`<small class="ellipsis">${provider.base_url}</small>`}</div></div>` },
        { title: "Kind", draw: (provider) => html`<span class="soft">${PROVIDER_KINDS[provider.kind]?.label || provider.kind}</span>` },
        { title: "Default model", draw: (provider) => provider.default_model && html`<span class="mono">${provider.default_model}</span>` },
        ...(manages ? [
            { title: "Key", draw: (/** @type {import("../types.js").Provider} */ provider) => provider.kind === "openai" && html`<${Pill} tone=${provider.has_key ? "good" : ""}>${provider.has_key ? "Key stored" : "No key"}</${Pill}>` },
            { title: "Actions", kind: /** @type {const} */ ("actions"), draw: (/** @type {import("../types.js").Provider} */ provider) => html`<${Menu} small label=${`Actions for ${provider.name}`} items=${[
                { text: "Test connection", icon: "check", onSelect: () => onOpen("check", provider) },
                { text: "Edit", icon: "edit", onSelect: () => onOpen("form", provider) },
                null,
                { text: "Delete…", icon: "trash", danger: true, onSelect: () => onOpen("delete", provider) }]} />` },
        ] : []),
    ]} />`;
}
