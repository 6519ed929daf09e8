/** A time as people say it; the exact one on hover. All of them tick together, each half minute. */
import { html, useEffect, useState } from "../dom.js";
import { ago, clock, exact } from "../format.js";
import { createStore } from "../store.js";

const tick = createStore(0);
setInterval(() => tick.set(tick.get() + 1), 30000);

/** @param {{at: string | null, never?: string}} props */
export function Ago({ at, never = "never" }) {
    const [, redraw] = useState(0);
    useEffect(() => tick.subscribe(redraw), []);
    return at ? html`<time dateTime=${at} title=${exact(at)}>${ago(at)}</time>` : html`<span>${never}</span>`;
}

/** @param {{at: string, class?: string}} props */
export function Clock({ at, class: name }) {
    return html`<time class=${name} dateTime=${at} title=${exact(at)}>${clock(at)}</time>`;
}
