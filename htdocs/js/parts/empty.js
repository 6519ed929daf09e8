import { html } from "../dom.js";
import { Icon } from "./icon.js";

/** @param {{icon: string, title: string, text?: any, small?: boolean, children?: unknown}} props children: the obvious next thing */
export function Empty({ icon, title, text, small, children }) {
    return html`<div class=${small ? "empty empty--small" : "empty"}>
        <div class="empty__mark"><${Icon} name=${icon} size=${24} /></div>
        <h2 class="empty__title">${title}</h2>
        ${text && html`<p>${text}</p>`}
        ${children && html`<div class="empty__actions">${children}</div>`}
    </div>`;
}
