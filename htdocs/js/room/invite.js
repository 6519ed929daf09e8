/** Inviting by name, handle or e-mail; the directory completes what is typed. */
import { get, post, query } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/field.js";
import { Form, useForm } from "../parts/form.js";
import { loadMembers } from "./members.js";

const PAUSE_MS = 150;
const SHOWN = 6;

/**
 * The matches of the typed word that are not yet members.
 * @param {string} word
 * @param {boolean} wanted
 * @param {Set<string>} here
 */
function useDirectory(word, wanted, here) {
    const [people, setPeople] = useState(/** @type {any[]} */ ([]));
    useEffect(() => {
        if (!wanted) {
            return undefined;
        }
        const abort = new AbortController();
        const timer = setTimeout(() => get("/people" + query({ search: word, limit: 50 }), abort.signal).then(({ items }) => setPeople(items), () => {}), PAUSE_MS);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [word, wanted]);
    return wanted ? people.filter(({ id }) => !here.has(id)).slice(0, SHOWN) : [];
}

/** @param {{room: import("../types.js").Room, members: import("../types.js").Member[]}} props */
export function Invite({ room, members }) {
    const form = useForm({ who: "" });
    const [open, setOpen] = useState(false);
    const [at, setAt] = useState(0);
    const here = new Set(members.map(({ id }) => id));
    const word = form.values.who.trim().toLowerCase().replace(/^@/, "");
    const found = useDirectory(word.includes("@") ? "" : word, open && !word.includes("@"), here);
    const add = (/** @type {any} */ body) => form.submit(async () => {
        try {
            await post(`/rooms/${room.id}/members`, { role: "member", ...body });
        } catch (problem) {
            problem.fields = { who: Object.values(problem.fields)[0] || problem.message };
            throw problem;
        }
        form.setValues({ who: "" });
        setAt(0);
        await loadMembers(room.id);
    });
    const invite = async () => found[at] ? add({ id: found[at].id }) : add(word.includes("@") ? { email: word } : { handle: word });
    const press = (/** @type {KeyboardEvent} */ event) => {
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 + found.length }[event.key];
        if (to !== undefined && found.length) {
            event.preventDefault();
            setAt(to % found.length);
        } else if (event.key === "Escape" && found.length) {
            event.preventDefault();
            event.stopPropagation();
            setOpen(false);
        }
    };
    return html`<${Form} form=${form} onSubmit=${invite} class="invite">
        <div class="invite__line">
            <${TextField} form=${form} name="who" label="Invite" placeholder="Name, handle or email" autocomplete="off" role="combobox"
                aria-expanded=${String(found.length > 0)} aria-controls="invite-list" aria-autocomplete="list"
                aria-activedescendant=${found[at] ? `invite-${at}` : undefined}
                onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} onClick=${() => setOpen(true)} onKeyDown=${press}
                onKeyUp=${(/** @type {KeyboardEvent} */ event) => event.key.length === 1 && (setOpen(true), setAt(0))} />
            <${Button} type="submit" busy=${form.busy} disabled=${!word}>Add</${Button}>
        </div>
        ${found.length > 0 && html`<ul class="invite__list" id="invite-list" role="listbox" aria-label="People and agents to invite">
            ${found.map((one, index) => html`<li class="mentions__item" role="option" key=${one.id} id=${`invite-${index}`} aria-selected=${String(index === at)}
                onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); add({ id: one.id }); }}>
                <${Avatar} of=${one} size="small" /><span class="ellipsis">${one.name}</span><small>@${one.handle}</small></li>`)}</ul>`}
    </${Form}>`;
}
