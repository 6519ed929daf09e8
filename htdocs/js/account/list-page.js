/** The accounts of the studio, for who manages them. */
import { get, patchOver, query, remove } from "../api.js";
import { html, useState } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { useList } from "../load.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { ConfirmDialog } from "../parts/dialog.js";
import { Empty } from "../parts/empty.js";
import { Menu } from "../parts/menu.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Segments } from "../parts/form/switch.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { attempt, tell } from "../parts/toast.js";
import { TypedSearch } from "../parts/typed-search.js";
import { place, setQuery } from "../router.js";
import { me } from "../session.js";
import { useStore } from "../store.js";
import { storageText } from "./storage.js";
import { UserDialog } from "./user-form.js";

/** @param {{title: string}} props */
export function Users({ title }) {
    const { query: { search = "", state = "" } } = useStore(place);
    const list = useList((cursor, signal) => get("/admin/users" + query({ search, state, cursor }), signal), [search, state]);
    const [open, setOpen] = useState(/** @type {{what: string, user: import("../types.js").Account}} */ ({ what: "", user: null }));
    const close = () => setOpen({ what: "", user: null });
    const saved = () => {
        close();
        list.reload();
    };
    const add = html`<${Button} kind="primary" icon="plus" onClick=${() => setOpen({ what: "form", user: null })}>New user</${Button}>`;
    return html`<${Page} title=${title} context="Accounts and permissions" actions=${add}>
        <div class="page__tools"><${TypedSearch} label="Search by name, handle or email" name="search" value=${search} />
            <${Segments} label="Filter users" name="state" value=${state} onChange=${(/** @type {string} */ value) => setQuery({ state: value })}
                options=${[{ value: "", label: "All" }, { value: "enabled", label: "Active" }, { value: "disabled", label: "Disabled" }]} /></div>
        ${list.problem ? html`<${ProblemState} problem=${list.problem} onRetry=${list.reload} />`
            : !list.items ? html`<${SkeletonRows} />`
            : !list.items.length ? html`<${Empty} icon="users" title="No users found" text="No name, handle or email matches your search.">
                <${Button} onClick=${() => setQuery({ search: null, state: null })}>Show all</${Button}></${Empty}>`
            : html`<${UserTable} list=${list} onOpen=${(/** @type {string} */ what, /** @type {import("../types.js").Account} */ user) => setOpen({ what, user })} />`}
        ${open.what === "form" && html`<${UserDialog} user=${open.user} onClose=${close} onSaved=${saved} />`}
        ${open.what === "delete" && html`<${Deletion} user=${open.user} onClose=${close} onDone=${list.reload} />`}
    </${Page}>`;
}

/** @param {{list: import("../load.js").List, onOpen: (what: string, user: import("../types.js").Account) => void}} props */
function UserTable({ list, onOpen }) {
    const disable = (/** @type {import("../types.js").Account} */ user) => attempt(async () => {
        const next = await patchOver(`/admin/users/${user.id}`, { disabled: !user.disabled, version: user.version });
        list.change((/** @type {import("../types.js").Account[]} */ items) => items.map((item) => (item.id === next.id ? next : item)));
    }, user.disabled ? `${user.name} can log in again` : `${user.name} is disabled and was logged out everywhere`);
    return html`<${Table} label="Users" rows=${list.items} more=${list.hasMore} loading=${list.busy} onMore=${list.more} columns=${[
        { title: "User", draw: (user) => html`<div class="table__who"><${Avatar} of=${user} />
            <div><b class="ellipsis">${user.name}${user.id === me().id ? " (you)" : ""}</b><small class="ellipsis">${user.email}</small></div></div>` },
        { title: "Handle", draw: (user) => html`<span class="table__short soft ellipsis">@${user.handle}</span>
            ${user.looks_like.length > 0 && html` <${Pill} tone="warn">Looks like @${user.looks_like.join(", @")}</${Pill}>`}` },
        { title: "Role", draw: (user) => (user.role === "admin" ? "Administrator" : "User") },
        { title: "Status", draw: (user) => html`<${Pill} state=${user.disabled ? "disabled" : "enabled"} />` },
        { title: "Storage", draw: (user) => html`<span class="table__short soft tabular">${storageText(user.storage)}</span>` },
        { title: "Created", draw: (user) => html`<span class="soft"><${Ago} at=${user.created_at} /></span>` },
        { title: "Actions", kind: "actions", draw: (user) => html`<${Menu} small label=${`Actions for ${user.name}`} items=${[
            { text: "Edit", icon: "edit", onSelect: () => onOpen("form", user) },
            { text: user.disabled ? "Enable" : "Disable", icon: user.disabled ? "start" : "lock", onSelect: () => disable(user) },
            null,
            { text: "Delete…", icon: "trash", danger: true, onSelect: () => onOpen("delete", user) }]} />` },
    ]} />`;
}

/** @param {{user: import("../types.js").Account, onClose: () => void, onDone: () => void}} props */
function Deletion({ user, onClose, onDone }) {
    const end = async () => {
        await remove(`/admin/users/${user.id}`);
        tell(`${user.name} was deleted`);
        onDone();
    };
    return html`<${ConfirmDialog} title=${`Delete ${user.name}?`} action="Delete user" phrase=${user.email} onConfirm=${end} onClose=${onClose}
        lost="This permanently deletes the account, its sessions and its API tokens, and removes it from all rooms. Rooms without another owner pass to their oldest member. Messages stay, under “Deleted user”. Disable the account instead to keep everything." />`;
}
