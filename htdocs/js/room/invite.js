/** Inviting by name, handle or e-mail; the directory completes what is typed. */
import { get, post, query } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { Avatar } from "../parts/avatar.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/form/field.js";
import { Form, useForm } from "../parts/form/form.js";
import { isComposing } from "../parts/keys.js";
import { loadMembers } from "./members.js";

const PAUSE_MS = 150;
const SHOWN = 6;

/** @typedef {{id: string, name: string, handle: string, kind: string}} Found */

/** @param {string} typed */
const wordOf = (typed) => typed.trim().toLowerCase().replace(/^@/, "");
/** @param {string} word @param {AbortSignal} [signal] @returns {Promise<Found[]>} */
const search = async (word, signal) => (await get("/people" + query({ search: word, limit: 50 }), signal)).items;

/**
 * The matches of the typed word that are not yet members; none while the answer for this word is not there.
 * @param {string} word
 * @param {boolean} wanted
 * @param {Set<string>} here
 */
function useDirectory(word, wanted, here) {
    const [answer, setAnswer] = useState({ word: "", items: /** @type {Found[] | null} */ (null) });
    useEffect(() => {
        if (!wanted) {
            return undefined;
        }
        const abort = new AbortController();
        const timer = setTimeout(() => search(word, abort.signal).then((items) => setAnswer({ word, items }), () => {}), PAUSE_MS);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [word, wanted]);
    return wanted && answer.word === word ? (answer.items || []).filter(({ id }) => !here.has(id)).slice(0, SHOWN) : [];
}

/** Who is meant by a word that was typed whole: a handle or a name, exactly. @param {string} word @returns {Promise<object>} */
async function meant(word) {
    if (word.includes("@")) {
        return { email: word };
    }
    const exact = (await search(word)).filter(({ name, handle }) => handle === word || name.toLowerCase() === word);
    return exact.length === 1 ? { id: exact[0].id } : { handle: word };
}

/** @param {{room: import("../types.js").Room, members: import("../types.js").Member[]}} props */
export function Invite({ room, members }) {
    const form = useForm({ who: "" });
    const [open, setOpen] = useState(false);
    const [choice, setChoice] = useState({ word: "", at: 0 });
    const here = new Set(members.map(({ id }) => id));
    const word = wordOf(form.values.who);
    const found = useDirectory(word.includes("@") ? "" : word, open && !word.includes("@"), here);
    const at = choice.word === word && choice.at < found.length ? choice.at : 0;
    const add = (/** @type {() => Promise<object>} */ whom) => form.submit(async () => {
        try {
            await post(`/rooms/${room.id}/members`, { role: "member", ...(await whom()) });
        } catch (problem) {
            problem.fields = { who: Object.values(problem.fields)[0] || problem.message };
            throw problem;
        }
        form.setValues({ who: "" });
        await loadMembers(room.id);
    });
    /** What is typed counts, which may be more than what is drawn: only a row of the list for just this word is taken. */
    const invite = async () => {
        const typed = wordOf(/** @type {HTMLInputElement} */ (form.element.current.elements.namedItem("who")).value);
        return add(typed === word && found[at] ? async () => ({ id: found[at].id }) : () => meant(typed));
    };
    const press = (/** @type {KeyboardEvent} */ event) => {
        if (isComposing(event)) {
            return;
        }
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 + found.length }[event.key];
        if (to !== undefined && found.length) {
            event.preventDefault();
            setChoice({ word, at: to % found.length });
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
                onKeyUp=${(/** @type {KeyboardEvent} */ event) => event.key.length === 1 && setOpen(true)} />
            <${Button} type="submit" busy=${form.busy} disabled=${!word}>Add</${Button}>
        </div>
        ${found.length > 0 && html`<ul class="invite__list" id="invite-list" role="listbox" aria-label="People and agents to invite">
            ${found.map((one, index) => html`<li class="mentions__item" role="option" key=${one.id} id=${`invite-${index}`} aria-selected=${String(index === at)}
                onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); add(async () => ({ id: one.id })); }}>
                <${Avatar} of=${one} size="small" /><span class="ellipsis">${one.name}</span><small>@${one.handle}</small></li>`)}</ul>`}
    </${Form}>`;
}
