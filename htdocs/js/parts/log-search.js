/** The line in which one searches a log: Enter goes to the next place, Shift-Enter to the one before, Escape closes. */
import { html, useEffect, useRef } from "../dom.js";
import { count } from "../format.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** @param {{search: any}} props from useSearch in log.js */
export function LogSearch({ search }) {
    const { words, found, index, more, whole } = search;
    const field = useRef(/** @type {any} */ (null));
    useEffect(() => field.current.focus(), []);
    const press = (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") {
            event.preventDefault();
            search.step(event.shiftKey ? -1 : 1);
        } else if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            search.close();
        }
    };
    const all = `${count(found.length)}${more ? "+" : ""}`;
    const told = !words ? "" : found.length ? `${count(index + 1)} of ${all}` : "Not found";
    return html`<div class="log__search" role="search">
        <div class="input-group"><${Icon} name="search" />
            <input class="input" type="search" aria-label="Search in the output" placeholder="Search" ref=${field} value=${words} onKeyDown=${press}
                onInput=${(/** @type {any} */ event) => search.type(event.target.value)} /></div>
        <span class="log__found" role="status" title=${whole ? undefined : "Only what is loaded is searched; scroll up to load more."}>${told}${words && !whole ? " loaded" : ""}</span>
        <${Button} kind="quiet" small icon="arrowUp" label="Previous" disabled=${!found.length} onClick=${() => search.step(-1)} />
        <${Button} kind="quiet" small icon="arrowDown" label="Next" disabled=${!found.length} onClick=${() => search.step(1)} />
        <${Button} kind="quiet" small icon="close" label="Close the search" onClick=${search.close} />
    </div>`;
}
