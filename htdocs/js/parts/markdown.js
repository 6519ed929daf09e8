/** Markdown as people and agents write it, sanitised by DOMPurify. A text that cannot be drawn is shown as it is written. */
import { html, memo, useLayoutEffect, useRef } from "../dom.js";
import { createStore, useStore } from "../store.js";
import DOMPurify from "../../vendor/purify.js";
import { copyText } from "./copy.js";
import { splitMentions } from "./handles.js";
import { colouring, toMarkup } from "./markup.js";

const TAGS = ["p", "br", "strong", "em", "del", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td", "span", "div"];
/** Whether the colours of code are here; every text is drawn again when they come. */
const coloured = createStore(false);
/** @type {Promise<void> | null} */
let loading = null;

/** The colours come with the first code in a language, and the text does not wait; without them code is plain. */
colouring.wanted = () => {
    loading ||= import("../../vendor/highlight.js").then((module) => {
        colouring.library = module.default;
        coloured.set(true);
    }, (error) => {
        console.warn("The colours of code could not be loaded.", error);
        window.dispatchEvent(new Event("coagent:missing"));
    });
};

/** A growing text is drawn again after this many times what drawing it took. */
const REST = 4;

/** @param {string} text @returns {DocumentFragment} */
export function renderMarkdown(text) {
    const markup = toMarkup(text);
    if (markup === null) {
        return plain(text);
    }
    const fragment = DOMPurify.sanitize(markup, {
        ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ["href", "class", "start", "align", "title"], ALLOW_DATA_ATTR: false,
        ADD_URI_SAFE_ATTR: ["align", "start"],
        ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|\/)/i, RETURN_DOM_FRAGMENT: true,
    });
    for (const link of fragment.querySelectorAll("a")) {
        link.target = "_blank";
        link.rel = "noopener noreferrer";
    }
    for (const table of fragment.querySelectorAll("table")) {
        const box = document.createElement("div");
        box.className = "md__table";
        box.tabIndex = 0;
        table.replaceWith(box);
        box.append(table);
    }
    return fragment;
}

/** @param {string} text @returns {DocumentFragment} */
function plain(text) {
    const fragment = document.createDocumentFragment();
    const box = document.createElement("div");
    box.className = "md__plain";
    box.textContent = text;
    fragment.append(box);
    return fragment;
}

/**
 * Marks @handles of members, outside code and links.
 * @param {DocumentFragment} fragment
 * @param {Map<string, {id: string, name: string}>} handles
 * @param {string} myId
 */
function markMentions(fragment, handles, myId) {
    const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
    /** @type {Text[]} */
    const texts = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.nodeValue?.includes("@") && !node.parentElement?.closest("code, a")) {
            texts.push(/** @type {Text} */ (node));
        }
    }
    for (const text of texts) {
        const pieces = splitMentions(text.data, handles);
        text.replaceWith(...pieces.map(({ text: part, member }) => (member ? mention(part, member, myId) : part)));
    }
}

/** @param {string} text @param {{id: string, name: string}} member @param {string} myId */
function mention(text, member, myId) {
    const span = document.createElement("span");
    span.className = member.id === myId ? "mention mention--me" : "mention";
    span.title = member.name;
    span.textContent = text;
    return span;
}

/** @param {DocumentFragment} fragment */
function addCopyButtons(fragment) {
    for (const block of fragment.querySelectorAll(".code")) {
        const pre = /** @type {HTMLElement} */ (block.querySelector("pre"));
        pre.tabIndex = 0;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button--small code__copy";
        button.textContent = "Copy";
        button.addEventListener("click", () => copyText(pre.textContent || "").then(() => {
            button.textContent = "Copied";
            setTimeout(() => (button.textContent = "Copy"), 1600);
        }));
        block.append(button);
    }
}

/**
 * @param {{text: string, handles: Map<string, {id: string, name: string}>, myId: string, class?: string, live?: boolean}} props
 *   live: it is still growing
 */
function draw({ text, handles, myId, class: name = "md", live }) {
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    const rest = useRef(0);
    const ready = useStore(coloured);
    useLayoutEffect(() => {
        const fill = () => {
            const start = performance.now();
            box.current?.replaceChildren(drawn(text, handles, myId, live));
            rest.current = performance.now() + REST * (performance.now() - start);
        };
        const wait = live ? rest.current - performance.now() : 0;
        if (wait <= 0) {
            fill();
            return undefined;
        }
        const timer = setTimeout(fill, wait);
        return () => clearTimeout(timer);
    }, [text, handles, myId, live, ready]);
    return html`<div class=${name} ref=${box} />`;
}

/** @param {string} text @param {Map<string, {id: string, name: string}>} handles @param {string} myId @param {boolean | undefined} live */
function drawn(text, handles, myId, live) {
    try {
        const fragment = renderMarkdown(text);
        markMentions(fragment, handles, myId);
        if (!live) {
            addCopyButtons(fragment);
        }
        return fragment;
    } catch (problem) {
        console.warn("A text is shown as it is written:", problem);
        return plain(text);
    }
}

export const Markdown = memo(draw);
