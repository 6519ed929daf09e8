/** Markdown as people and agents write it. Raw HTML is text, images are links (nothing is fetched from elsewhere by
 * reading a message), and what remains goes through DOMPurify. */
import { html, memo, useLayoutEffect, useRef } from "../dom.js";
import hljs from "../../vendor/highlight.js";
import { Marked } from "../../vendor/marked.js";
import DOMPurify from "../../vendor/purify.js";
import { copyText } from "./copy.js";

const TAGS = ["p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td", "span", "div"];
const LONGEST_HIGHLIGHT = 20000;

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const marked = new Marked({
    gfm: true,
    breaks: true,
    renderer: {
        html: ({ text }) => escape(text),
        image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
        checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
        code: ({ text, lang }) => {
            const language = hljs.getLanguage(lang || "") ? lang : null;
            const inner = language && text.length < LONGEST_HIGHLIGHT ? hljs.highlight(text, { language }).value : escape(text);
            return `<div class="code"><pre><code>${inner}</code></pre></div>`;
        },
    },
});

/** @param {string} text @returns {DocumentFragment} */
export function renderMarkdown(text) {
    const markup = /** @type {string} */ (marked.parse(text, { async: false }));
    const fragment = DOMPurify.sanitize(markup, {
        ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ["href", "class", "start", "align", "title"], ALLOW_DATA_ATTR: false, ADD_URI_SAFE_ATTR: ["align", "start"],
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
        const parts = text.data.split(/(?<![\w.-])(@[a-z0-9](?:[\w.-]*\w)?)/i);
        text.replaceWith(...parts.map((part, index) => {
            const member = index % 2 ? handles.get(part.slice(1).toLowerCase()) : undefined;
            return member ? mention(part, member, myId) : part;
        }));
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
    useLayoutEffect(() => {
        const fragment = renderMarkdown(text);
        markMentions(fragment, handles, myId);
        if (!live) {
            addCopyButtons(fragment);
        }
        box.current?.replaceChildren(fragment);
    }, [text, handles, myId, live]);
    return html`<div class=${name} ref=${box} />`;
}

export const Markdown = memo(draw);
