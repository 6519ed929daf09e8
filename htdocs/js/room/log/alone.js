/** A row of the log by itself: when it cannot be drawn, its text is shown as it is written, and the other rows stay. */
import { html, useErrorBoundary } from "../../dom.js";

/** @param {{seq: number, text: string, children?: unknown}} props */
export function Alone({ seq, text, children }) {
    const [broken] = useErrorBoundary((problem) => console.warn(`Event ${seq} cannot be drawn:`, problem));
    return broken ? html`<article class="post" tabindex="-1" data-seq=${seq}><div class="post__content">
        <div class="post__body"><div class="md md__plain">${text || "This event cannot be shown."}</div></div></div></article>` : children;
}
