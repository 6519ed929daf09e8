/** One's own account: who one is, how it looks, the password, where one is logged in, API tokens. */
import { get, patch, post, query, remove } from "../api.js";
import { html } from "../dom.js";
import { Page } from "../frame/page-frame.js";
import { chooseTheme } from "../frame/theme-button.js";
import { useList } from "../load.js";
import { Button } from "../parts/button.js";
import { useEdit } from "../parts/form/edit.js";
import { Check, TextField } from "../parts/form/field.js";
import { Form, useForm } from "../parts/form/form.js";
import { Icon } from "../parts/icon.js";
import { Pill } from "../parts/pill.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { Segments } from "../parts/form/switch.js";
import { Tabs } from "../parts/tabs.js";
import { Ago } from "../parts/time.js";
import { attempt, tell } from "../parts/toast.js";
import { place } from "../router.js";
import { session, setUser, signOut } from "../session.js";
import { useStore } from "../store.js";
import { ApiTokens } from "./api-tokens.js";
import { Storage } from "./storage.js";

/** @type {Record<string, () => unknown>} */
const TABS = { account: Account, security: Security, tokens: ApiTokens };

/** @param {{title: string}} props */
export function Profile({ title }) {
    const { query: { tab = "account" } } = useStore(place);
    const View = TABS[tab] || Account;
    return html`<${Page} title=${title} context="Your account" actions=${html`<${Button} icon="door" onClick=${signOut}>Log out</${Button}>`}>
        <${Tabs} label="Profile" current=${tab} items=${[{ id: "account", text: "Account", href: "/profile" },
            { id: "security", text: "Password and sessions", href: "/profile?tab=security" }, { id: "tokens", text: "API tokens", href: "/profile?tab=tokens" }]} />
        <${View} />
    </${Page}>`;
}

function Account() {
    const { user } = useStore(session);
    return html`
        <section class="section"><div class="section__about"><h2>You</h2><p>Others see your name and mention you by your handle.</p></div>
            <${Details} user=${user} /></section>
        <section class="section"><div class="section__about"><h2>Storage</h2><p>Output and files of the runs that you started.</p></div>
            <${Storage} /></section>
        <section class="section"><div class="section__about"><h2>Theme</h2><p>Saved in your profile and used in every browser.</p></div>
            <div><${Segments} label="Theme" name="theme" value=${user.theme} onChange=${chooseTheme}
                options=${[{ value: "system", label: "System" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]} /></div></section>`;
}

/** @typedef {import("../types.js").User} User */
/** @param {User} user */
const valuesOf = ({ name, handle, email }) => ({ name, handle, email, current_password: "" });

/** @param {{user: User}} props */
function Details({ user }) {
    const form = useEdit(user, valuesOf);
    const isMoved = (/** @type {string} */ email, /** @type {User} */ seen) => email.trim().toLowerCase() !== seen.email.toLowerCase();
    const moved = isMoved(form.values.email, form.base);
    const save = async (/** @type {typeof form.values} */ { email, current_password, ...rest }, /** @type {User} */ seen) => {
        const saved = await patch("/profile", { ...rest, version: seen.version, ...(isMoved(email, seen) && { email, current_password }) });
        setUser(saved);
        tell("Profile saved");
        return saved;
    };
    return html`<${Form} form=${form} onSubmit=${save}>
        <div class="form__pair"><${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="name" />
            <${TextField} form=${form} name="handle" label="Handle" most=${39} autocomplete="off" spellcheck=${false} /></div>
        <${TextField} form=${form} name="email" label="Email" type="email" autocomplete="email" />
        ${moved && html`<${TextField} form=${form} name="current_password" label="Current password" type="password" autocomplete="current-password"
            help="Required to change your email." />`}
        <div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Save</${Button}></div>
    </${Form}>`;
}

function Security() {
    return html`
        <section class="section"><div class="section__about"><h2>Password</h2><p>Changing your password logs you out everywhere else
            and revokes your API tokens.</p></div><${Password} /></section>
        <section class="section"><div class="section__about"><h2>Sessions</h2><p>Your active sessions. Log out any you don’t recognise, then change your password.</p></div><${Sessions} /></section>`;
}

function Password() {
    const form = useForm({ current_password: "", new_password: "", keep: /** @type {string[]} */ ([]) });
    const save = async (/** @type {typeof form.values} */ { keep, ...passwords }) => {
        await post("/profile/password", { ...passwords, keep_tokens: keep.includes("tokens") });
        form.setValues({ current_password: "", new_password: "", keep: [] });
        tell(`Password changed. Your other sessions have ended${keep.length ? "" : ", and your API tokens are revoked"}.`);
    };
    return html`<${Form} form=${form} onSubmit=${save}>
        <${TextField} form=${form} name="current_password" label="Current password" type="password" autocomplete="current-password" />
        <${TextField} form=${form} name="new_password" label="New password" type="password" autocomplete="new-password" help="At least 10 characters. A few unrelated words work well." />
        <${Check} form=${form} name="keep" value="tokens" label="Keep my API tokens" help="Leave this off if someone else may know your password or a token." />
        <div class="form__actions"><${Button} type="submit" kind="primary" busy=${form.busy} disabled=${!form.changed}>Change password</${Button}></div>
    </${Form}>`;
}

/** "Chromium on Linux" from a user agent string. @param {string} agent */
function browserOf(agent) {
    const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chromium"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark));
    const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS X", "macOS"], ["Windows", "Windows"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark));
    return [browser?.[1] || agent.split("/")[0].slice(0, 40) || "Unknown client", system?.[1]].filter(Boolean).join(" on ");
}

function Sessions() {
    const list = useList((cursor, signal) => get("/profile/sessions" + query({ cursor }), signal), []);
    const end = (/** @type {import("../types.js").Session} */ one) => attempt(async () => {
        await remove(`/profile/sessions/${one.id}`);
        list.change((/** @type {import("../types.js").Session[]} */ items) => items.filter(({ id }) => id !== one.id));
    }, "Session logged out");
    if (list.problem) {
        return html`<${ProblemState} small problem=${list.problem} onRetry=${list.reload} />`;
    }
    if (!list.items) {
        return html`<${SkeletonRows} rows=${3} />`;
    }
    return html`<div><ul class="list">${list.items.map((one) => html`<li class="list__item" key=${one.id}>
        <${Icon} name="globe" /><div><div class="ellipsis" title=${one.agent}>${browserOf(one.agent)}</div>
            <div class="soft small ellipsis">${one.address || "unknown address"} · last seen <${Ago} at=${one.last_seen_at} /></div></div>
        ${one.current ? html`<${Pill} tone="good">This device</${Pill}>` : html`<${Button} small onClick=${() => end(one)}>Log out</${Button}>`}</li>`)}</ul>
        ${list.hasMore && html`<div class="table__more"><${Button} busy=${list.busy} onClick=${list.more}>Show more</${Button}></div>`}</div>`;
}
