/** The line in which one searches a log: Enter goes to the next place, Shift-Enter to the one before, Escape closes. */
import { html, useEffect, useRef } from "../dom.js";
import { count } from "../format.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icon.js";
import { isComposing, isEnter } from "../parts/keys.js";

/** @param {{search: any}} props from useSearch in use-search.js */
export function LogSearch({ search }) {
    const { words, found, index, more, whole, part, nowhere } = search;
    const field = useRef(/** @type {HTMLInputElement | null} */ (null));
    useEffect(() => field.current.focus(), []);
    const press = (/** @type {KeyboardEvent} */ event) => {
        if (isEnter(event)) {
            event.preventDefault();
            search.step(event.shiftKey ? -1 : 1);
        } else if (event.key === "Escape" && !isComposing(event)) {
            event.preventDefault();
            event.stopPropagation();
            search.close();
        }
    };
    const all = `${count(found.length)}${more ? "+" : ""}`;
    const here = found.length ? `${count(index + 1)} of ${all}${whole ? "" : " loaded"}` : "Press Enter to search everything";
    const told = !words ? "" : part !== null ? `Searching… ${Math.round(part * 100)} %` : nowhere || (whole && !found.length) ? "Not found" : here;
    const idle = !words || (whole && !found.length);
    return html`<div class="log__search" role="search">
        <div class="input-group"><${Icon} name="search" />
            <input class="input" type="search" aria-label="Search output" placeholder="Search" ref=${field} value=${words} onKeyDown=${press}
                onInput=${(/** @type {import("../dom.js").InputEvent} */ event) => search.type(event.target.value)} /></div>
        <span class="log__found" role="status" title=${whole ? undefined : "Counts loaded lines only. Previous and Next search the whole output."}>${told}</span>
        <${Button} kind="quiet" small icon="arrowUp" label="Previous" disabled=${idle} onClick=${() => search.step(-1)} />
        <${Button} kind="quiet" small icon="arrowDown" label="Next" disabled=${idle} onClick=${() => search.step(1)} />
        <${Button} kind="quiet" small icon="close" label="Close search" onClick=${search.close} />
    </div>`;
}
