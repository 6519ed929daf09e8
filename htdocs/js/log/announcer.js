/** New lines for screen readers: now and then the newest few, not each of thousands. The drawn rows are no live region,
 * because scrolling changes them. */
import { html, useEffect, useState } from "../dom.js";

const EACH_MS = 3000;
const MOST = 3;

/** @param {{watch: import("../run/watch.js").RunWatch}} props */
export function LogAnnouncer({ watch }) {
    const [said, setSaid] = useState(/** @type {string[]} */ ([]));
    useEffect(() => {
        let last = watch.output.last;
        const timer = setInterval(() => {
            const { output } = watch;
            if (output.last > last && watch.following) {
                const first = Math.max(last, output.last - MOST);
                setSaid(Array.from({ length: output.last - first }, (_, n) => output.line(first + n)?.text.slice(0, 200) || ""));
            }
            last = output.last;
        }, EACH_MS);
        return () => clearInterval(timer);
    }, [watch]);
    return html`<div class="sr-only" role="log" aria-live="polite" aria-label="New output">${said.map((text) => html`<p>${text}</p>`)}</div>`;
}
