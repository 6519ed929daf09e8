import { classes, html } from "../dom.js";
import { Icon } from "./icon.js";

/**
 * @param {{kind?: "primary" | "quiet" | "danger", icon?: string, label?: string, small?: boolean, wide?: boolean,
 *   busy?: boolean, href?: string, children?: unknown, class?: string, [other: string]: unknown}} props
 *   label: the name of a button that shows only its icon
 */
export function Button({ kind, icon, label, small, wide, busy, href, children, class: more, ...rest }) {
    const name = classes("button", kind && `button--${kind}`, small && "button--small", wide && "button--wide",
        label && "button--icon", busy && "button--busy", more);
    const shown = busy ? "refresh" : icon;
    const inside = [shown && html`<${Icon} name=${shown} />`, label ? html`<span class="sr-only">${label}</span>` : children];
    if (href) {
        return html`<a class=${name} href=${href} title=${label} ...${rest}>${inside}</a>`;
    }
    return html`<button type="button" class=${name} title=${label} ...${rest} disabled=${Boolean(busy || rest.disabled)}>${inside}</button>`;
}
