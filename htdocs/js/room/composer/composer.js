/** Where one writes: grows to eight lines, Enter sends, @ completes members, / commands, the draft is kept. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../dom.js";
import { plural } from "../../format.js";
import { keep, recall } from "../../keep.js";
import { Button } from "../../parts/button.js";
import { Icon } from "../../parts/icon.js";
import { isComposing, isEnter } from "../../parts/keys.js";
import { me } from "../../session.js";
import { sendMessage } from "../log/outbox.js";
import { Suggestions, useCompletion } from "./completion.js";
import { trimmed } from "./text.js";

const LONGEST = 16000;
const HEIGHT = 190;

/**
 * @param {{room: import("../../types.js").Room, members: import("../../types.js").Member[], reply: any, onReply: (event: any) => void,
 *   taken: {text: string} | null, onEditLast: () => void}} props taken: a text that comes back from a failed message
 */
export function Composer({ room, members, reply, onReply, taken, onEditLast }) {
    const draft = `draft.${me().id}.${room.id}`;
    const [text, setText] = useState(() => recall(draft, ""));
    const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
    const spot = useCompletion(area, text, members);
    const change = (/** @type {string} */ next) => {
        setText(next);
        keep(draft, next);
    };
    useLayoutEffect(() => grow(area.current), [text]);
    useFocus(area, reply);
    useEffect(() => {
        if (taken) {
            change(text ? `${taken.text}\n${text}` : taken.text);
            area.current.focus();
        }
    }, [taken]);

    const send = () => {
        const said = trimmed(area.current.value);
        if (said && said.length <= LONGEST) {
            sendMessage(room.id, said, reply?.seq ?? null);
            change("");
            onReply(null);
        }
        area.current.focus();
    };
    const choose = (/** @type {any} */ item) => {
        const next = item.apply();
        /* At once, not with the next drawing: the next key may be Enter already. */
        area.current.value = next.text;
        area.current.setSelectionRange(next.caret, next.caret);
        area.current.focus();
        change(next.text);
        spot.look();
    };
    const press = (/** @type {KeyboardEvent} */ event) => {
        if (!isComposing(event) && !spot.press(event, choose)) {
            act(event, { Enter: send, Escape: reply && (() => onReply(null)), ArrowUp: !text && onEditLast });
        }
    };
    const over = text.length - LONGEST;
    return html`<div class="composer">
        ${(spot.items.length > 0 || spot.hint) && html`<${Suggestions} spot=${spot} onChoose=${choose} />`}
        <div class="composer__box">
            ${reply && html`<${Quoted} reply=${reply} onReply=${onReply} />`}
            <textarea class="composer__text" ref=${area} rows="1" value=${text}
                placeholder=${`Message ${room.name}`} aria-label=${`Message ${room.name}`}
                aria-autocomplete="list" aria-haspopup="listbox" aria-controls=${spot.items.length ? "mentions" : undefined}
                aria-activedescendant=${spot.items[spot.index] ? `mention-${spot.index}` : undefined}
                onInput=${(/** @type {import("../../dom.js").InputEvent} */ event) => { change(event.target.value); spot.look(); }}
                onKeyDown=${press} onClick=${spot.look} onBlur=${spot.close} />
            <div class="composer__bar"><span class="composer__hint ellipsis"><kbd>Enter</kbd> to send · <kbd>Shift Enter</kbd> for a new line · <kbd>@</kbd> to mention · <kbd>/</kbd> for commands</span>
                ${over > -1000 && html`<span role="status">${over > 0 ? `${plural(over, "character")} too long` : `${-over} left`}</span>`}
                <${Button} kind="primary" small icon="send" disabled=${!text.trim() || over > 0} onClick=${send}>Send</${Button}></div>
        </div>
    </div>`;
}

/** @param {HTMLTextAreaElement} area */
function grow(area) {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, HEIGHT)}px`;
}

/** Does what a key means; most mean nothing. @param {KeyboardEvent} event @param {Record<string, any>} actions by key */
function act(event, actions) {
    const breaksLine = isEnter(event) && (event.shiftKey || event.ctrlKey);
    if (!breaksLine && Object.hasOwn(actions, event.key) && actions[event.key]) {
        event.preventDefault();
        actions[event.key]();
    }
}

/** Focuses the text for users with a mouse, and when a reply begins. @param {{current: any}} area @param {any} reply */
function useFocus(area, reply) {
    useEffect(() => {
        if (matchMedia("(hover: hover)").matches && !new URLSearchParams(location.search).has("at")) {
            area.current.focus();
        }
    }, []);
    useEffect(() => {
        if (reply) {
            area.current.focus();
        }
    }, [reply]);
}

/** The message that the reply belongs to. @param {{reply: any, onReply: (event: any) => void}} props */
function Quoted({ reply, onReply }) {
    return html`<div class="composer__reply"><${Icon} name="reply" size=${14} />
        <span class="ellipsis">Replying to <b>${reply.author?.name}</b>: ${(reply.body.text || "").slice(0, 160)}</span>
        <${Button} kind="quiet" small icon="close" label="Cancel reply" onClick=${() => onReply(null)} /></div>`;
}
