import { html } from "../dom.js";
import { count } from "../format.js";

/**
 * Tabs are links: the address says which one is open.
 * @param {{label: string, current: string, items: {id: string, text: string, href: string, number?: number}[]}} props
 */
export function Tabs({ label, current, items }) {
    return html`<nav class="tabs" aria-label=${label}>
        ${items.map(({ id, text, href, number }) => html`
            <a class="tabs__tab" href=${href} aria-current=${id === current ? "page" : undefined}>${text}${" "}${number !== undefined && html`<small>${count(number)}</small>`}</a>`)}
    </nav>`;
}
