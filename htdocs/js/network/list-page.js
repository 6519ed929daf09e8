/** The named networks: what administrators let scripts reach besides the internet. */
import { get, query, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { plural } from "../format.js";
import { Page } from "../frame/page-frame.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { Menu } from "../parts/menu.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Table } from "../parts/table.js";
import { tell } from "../parts/toast.js";
import { NetworkDialog } from "./form.js";

/** @typedef {import("../types.js").Network} Network */

/** @param {{title: string}} props */
export function Networks({ title }) {
    const list = useList((cursor, signal) => get("/networks" + query({ cursor }), signal), []);
    const [open, setOpen] = useState(/** @type {{what: string, network: Network}} */ ({ what: "", network: null }));
    const close = () => setOpen({ what: "", network: null });
    const show = (/** @type {string} */ what, /** @type {Network} */ network) => setOpen({ what, network });
    const add = html`<${Button} kind="primary" icon="plus" onClick=${() => show("form", null)}>New network</${Button}>`;
    const saved = () => {
        close();
        list.reload();
    };
    const end = async () => {
        await remove(`/networks/${open.network.id}`);
        tell(`${open.network.name} was deleted`);
        list.reload();
    };
    return html`<${Page} title=${title} context="Addresses that scripts may reach" actions=${add}>
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} rows=${3} />`
            : !list.items.length ? html`<${Empty} icon="globe" title="No networks yet"
                text=${"Runs reach no private address. Name the ones that scripts need, for example your database servers, "
                    + "and add them in the settings of those scripts."}>${add}</${Empty}>`
            : html`<${NetworkTable} list=${list} onOpen=${show} />`}
        ${open.what === "form" && html`<${NetworkDialog} network=${open.network} onClose=${close} onSaved=${saved} />`}
        ${open.what === "delete" && html`<${ConfirmDialog} title=${`Delete ${open.network.name}?`} action="Delete network"
            onConfirm=${end} onClose=${close}
            lost=${open.network.scripts ? `${plural(open.network.scripts, "script")} will no longer reach it.` : "No script uses it."} />`}
    </${Page}>`;
}

/** @param {{list: import("../load.js").List, onOpen: (what: string, network: Network) => void}} props */
function NetworkTable({ list, onOpen }) {
    return html`<${Table} label="Networks" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
        { title: "Network", draw: (network) => html`<div class="table__who"><${Icon} name="globe" size=${18} />
            <div><b class="ellipsis">${network.name}</b>
                ${network.description && html`<small class="ellipsis">${network.description}</small>`}</div></div>` },
        { title: "Destinations", draw: ({ destinations: [first, ...others] }) => html`<span class="mono">${first}</span>
            ${others.length > 0 && html`<span class="soft"> and ${others.length} more</span>`}` },
        { title: "Scripts", draw: (network) => network.scripts || html`<span class="soft">None</span>` },
        { title: "Actions", kind: /** @type {const} */ ("actions"), draw: (network) => html`
            <${Menu} small label=${`Actions for ${network.name}`} items=${[
                { text: "Edit", icon: "edit", onSelect: () => onOpen("form", network) },
                null,
                { text: "Delete…", icon: "trash", danger: true, onSelect: () => onOpen("delete", network) }]} />` },
    ]} />`;
}
