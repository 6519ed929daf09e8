/** The completions of the composer at the caret: members after an at sign; commands, scripts and their
 * parameters after a slash. */
import { html, useEffect, useState } from "../../dom.js";
import { Avatar } from "../../parts/avatar.js";
import { Icon } from "../../parts/icon.js";
import { me } from "../../session.js";
import { useStore } from "../../store.js";
import { commandAt, commandChoices, open, orderOf, parameterChoices, scriptChoices } from "./commands.js";
import { complete, mentionAt, suggest } from "./mentions.js";
import { detailsOf, loadDetails, loadScripts, scripts } from "./scripts.js";

/** @typedef {{key: string, draw: unknown, apply: () => {text: string, caret: number}}} Item */
/** @typedef {{items: Item[], hint: unknown, eager: boolean}} Found eager: Enter takes the first one */

/**
 * @param {{current: HTMLTextAreaElement}} area
 * @param {string} text
 * @param {any[]} members
 */
export function useCompletion(area, text, members) {
    const [caret, setCaret] = useState(-1);
    const [index, setIndex] = useState(-1);
    const known = useStore(scripts);
    const slash = text.startsWith("/");
    const script = caret < 0 ? "" : commandAt(text, caret)?.script || "";
    useEffect(() => void (slash && loadScripts()), [slash]);
    useEffect(() => loadDetails(script), [script, known.items]);
    const find = (/** @type {string} */ typed, /** @type {number} */ place) =>
        (place < 0 ? NOTHING : atCommand(typed, place) || atMention(typed, place, members));
    const { items, hint, eager } = find(text, caret);
    const chosen = index < 0 && eager ? 0 : index;
    const look = () => {
        setCaret(area.current.selectionStart);
        setIndex(-1);
    };
    const press = (/** @type {KeyboardEvent} */ event, /** @type {(item: Item) => void} */ choose) => {
        const { value, selectionStart } = area.current;
        // What is typed counts: what is drawn may be of the text before the last key.
        return value === text ? act(event, choose, items, chosen) : act(event, choose, ...fresh(find(value, selectionStart)));
    };
    const fresh = (/** @type {Found} */ found) => /** @type {[Item[], number]} */ ([found.items, found.eager ? 0 : -1]);
    /** @param {KeyboardEvent} event @param {(item: Item) => void} choose @param {Item[]} list @param {number} at */
    const act = (event, choose, list, at) => {
        const moves = /** @type {Record<string, () => void>} */ ({
            ArrowDown: () => setIndex((at + 1) % list.length),
            ArrowUp: () => setIndex((Math.max(at, 0) - 1 + list.length) % list.length),
            Tab: () => choose(list[Math.max(at, 0)]), Escape: () => setCaret(-1),
            ...(list[at] && { Enter: () => choose(list[at]) }),
        });
        if (!list.length || !moves[event.key] || event.shiftKey) {
            return false;
        }
        event.preventDefault();
        moves[event.key]();
        return true;
    };
    return { items, hint, index: chosen, look, press, close: () => setCaret(-1) };
}

/** @type {Found} */
const NOTHING = { items: [], hint: null, eager: true };

/** @param {string} text @param {number} caret @param {any[]} members @returns {Found} */
function atMention(text, caret, members) {
    const at = mentionAt(text, caret);
    return at ? { ...NOTHING, items: suggest(members.filter(({ id }) => id !== me().id), at.word).map((member) => ({
        key: member.id, apply: () => complete(text, at, member.handle),
        draw: html`<${Avatar} of=${member} size="small" /><span class="ellipsis">${member.name}</span><small>@${member.handle}</small>`,
    })) } : NOTHING;
}

/** @param {string} text @param {number} caret @returns {Found | null} */
function atCommand(text, caret) {
    const spot = commandAt(text, caret);
    if (!spot) {
        return null;
    }
    const script = spot.kind === "parameter" ? detailsOf(spot.script) : null;
    const choices = spot.kind === "command" ? commandChoices(spot)
        : spot.kind === "script" ? scriptChoices(spot, scripts.get().items) : script ? parameterChoices(spot, script.parameters) : [];
    return {
        eager: spot.kind !== "parameter",
        hint: script && html`<${Hint} script=${script} open=${open(spot.given, script.parameters)} />`,
        items: choices.map(({ key, insert, title, hint }) => ({
            key, draw: html`<${Icon} name=${spot.kind === "parameter" ? "settings" : "runs"} /><span class="ellipsis">${title}</span><small class="ellipsis">${hint}</small>`,
            apply: () => ({ text: text.slice(0, spot.start) + insert + text.slice(spot.end), caret: spot.start + insert.length }),
        })),
    };
}

/** The parameters of the script; the missing ones are strong. @param {{script: import("../../types.js").Script, open: string[]}} props */
function Hint({ script, open: rest }) {
    const names = orderOf(script.parameters);
    const required = script.parameters?.required || [];
    return html`<div class="mentions__hint"><b>${script.name}</b>${names.length ? names.map((name) => html` <code class=${rest.includes(name) ? undefined : "soft"}>${required.includes(name) ? name : `[${name}]`}</code>`)
        : " has no parameters"}</div>`;
}

/** @param {{spot: any, onChoose: (item: Item) => void}} props spot: from useCompletion */
export function Suggestions({ spot, onChoose }) {
    return html`<div class="mentions">
        ${spot.hint}
        ${spot.items.length > 0 && html`<ul id="mentions" role="listbox" aria-label="Completions">
            ${spot.items.map((/** @type {Item} */ item, /** @type {number} */ index) => html`<li class="mentions__item" role="option" key=${item.key}
                id=${`mention-${index}`} aria-selected=${String(index === spot.index)}
                onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); onChoose(item); }}>${item.draw}</li>`)}
        </ul>`}
    </div>`;
}
