/** The output of a run: of a hundred thousand lines only those in view are in the page. */
import { classes, html, useMemo, useRef, useState } from "../dom.js";
import { bytes, count, plural } from "../format.js";
import { keep, recall } from "../keep.js";
import { Button } from "../parts/button.js";
import { copyText } from "../parts/copy.js";
import { download } from "../parts/download.js";
import { Menu } from "../parts/menu.js";
import { attempt, tell } from "../parts/toast.js";
import { isLive } from "../run/state.js";
import { useStore } from "../store.js";
import { LogAnnouncer } from "./announcer.js";
import { Rows } from "./rows.js";
import { LogSearch } from "./search-bar.js";
import { useLogTheme } from "./theme.js";
import { useSearch } from "./use-search.js";
import { Drawn, useRoom, useView } from "./view.js";

/** @param {{watch: import("../run/watch.js").RunWatch, name: string, small?: boolean}} props name: for the file; small: in a panel */
export function Log({ watch, name, small }) {
    const version = useStore(watch.version);
    const { run } = useStore(watch.status);
    const [wrap, setWrap] = useState(() => recall("log.wrap", Boolean(small)));
    const [times, setTimes] = useState(() => recall("log.times", false));
    const box = useRef(/** @type {HTMLElement | null} */ (null));
    const probe = useRef(/** @type {HTMLElement | null} */ (null));
    const theme = useLogTheme(box);
    const room = useRoom(box, probe, times);
    const rows = useMemo(() => new Rows(watch.output, wrap ? room.columns : 0), [version, watch, wrap, room.columns]);
    const view = useView(box, watch, rows, room.height);
    const search = useSearch(watch, version, rows, view, box, room.character);
    const choose = (/** @type {string} */ option, /** @type {boolean} */ on, /** @type {(on: boolean) => void} */ set) => {
        keep(`log.${option}`, on);
        set(on);
    };
    const press = (/** @type {KeyboardEvent} */ event) => {
        if ((event.ctrlKey || event.metaKey) && event.key === "f") {
            event.preventDefault();
            search.open();
        } else if (event.target === box.current && (event.key === "End" || event.key === "Home")) {
            event.preventDefault();
            (event.key === "End" ? view.toEnd : toStart)();
        }
    };
    const toStart = () => attempt(async () => {
        view.follow(false);
        if (watch.output.start > 0) {
            await watch.toStart();
        }
        view.toRow(0);
    });
    return html`<section class=${classes("log", small && "log--small", times && "log--times")} aria-label="Output" onKeyDown=${press}>
        <div class=${classes("log__bar", search.shown && "log__bar--search")}>
            ${search.shown ? html`<${LogSearch} search=${search} />`
                : html`<span class="log__facts ellipsis">${facts(watch, run)}</span>
                    <${Button} kind="quiet" small icon="search" label="Search output" onClick=${search.open} />`}
            <${Button} kind="quiet" small icon="wrap" label="Wrap lines" aria-pressed=${String(wrap)} onClick=${() => choose("wrap", !wrap, setWrap)} />
            <${Button} kind="quiet" small icon="clock" label="Show times" aria-pressed=${String(times)} onClick=${() => choose("times", !times, setTimes)} />
            <${Menu} small label="Output menu" items=${[
                { text: "Copy", icon: "copy", onSelect: () => copyAll(watch) },
                { text: "Download", icon: "download", onSelect: () => download(`/runs/${watch.id}/output?format=text`, `${name}.log`, `/runs/${watch.id}`) },
                null,
                { text: "Jump to start", icon: "arrowUp", onSelect: toStart },
                { text: "Jump to end", icon: "arrowDown", onSelect: view.toEnd },
            ]} />
        </div>
        <div class="log__body">
            <div class="log__scroll" ref=${box} tabindex="0" role="region" aria-label="Lines" onScroll=${view.onScroll} onCopy=${copySelected}>
                <div class="log__measure"><span class="log__probe" ref=${probe} aria-hidden="true">${"0".repeat(100)}</span></div>
                <${Drawn} rows=${rows} top=${view.top} height=${room.height} times=${times} found=${search.found} current=${search.current} theme=${theme} character=${room.character} />
                ${watch.loaded && !rows.count && html`<p class="log__none">${nothing(watch, run)}</p>`}
            </div>
            ${!view.following && html`<${Button} class="log__pill" small icon="arrowDown" kind=${view.fresh ? "primary" : undefined}
                onClick=${view.toEnd}>${view.fresh ? plural(view.fresh, "new line") : "Jump to end"}</${Button}>`}
        </div>
        ${watch.output.truncated && html`<p class="log__note">The rest of the output was discarded; the run continued.</p>`}
        <${LogAnnouncer} watch=${watch} />
    </section>`;
}

/** @param {import("../run/watch.js").RunWatch} watch @param {import("../types.js").Run} run */
function facts(watch, run) {
    const { start, end, total, first, last } = watch.output;
    if (!watch.loaded) {
        return "Loading the output…";
    }
    const whole = start === 0 && end >= total;
    return [whole ? plural(last - first, "line") : `${plural(last - first, "line")} loaded`, total ? bytes(total) : "", isLive(run) ? "live" : ""]
        .filter(Boolean).join(" · ");
}

/** @param {import("../run/watch.js").RunWatch} watch @param {import("../types.js").Run} run */
function nothing(watch, run) {
    if (watch.output.removed || watch.output.total > 0) {
        return "This output is no longer kept.";
    }
    return run?.state === "queued" ? "Not started yet." : isLive(run) ? "No output yet." : "No output.";
}

/** Copies what is held; what is not is told. @param {import("../run/watch.js").RunWatch} watch */
async function copyAll(watch) {
    const { start, end, total, last, first } = watch.output;
    await copyText(watch.output.text());
    tell(start === 0 && end >= total ? `${plural(last - first, "line")} copied` : `${count(last - first)} loaded lines copied`);
}

/** Copies selected lines as they were, whatever they were broken into. @param {ClipboardEvent} event */
function copySelected(event) {
    const selection = getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    const rows = range ? [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll(".log__row")].filter((row) => range.intersectsNode(row)) : [];
    if (!range || rows.length < 2) {
        return;
    }
    const text = rows.map((row, index) => {
        const part = document.createRange();
        part.selectNodeContents(row.querySelector(".log__text") || row);
        if (part.comparePoint(range.startContainer, range.startOffset) === 0) {
            part.setStart(range.startContainer, range.startOffset);
        }
        if (part.comparePoint(range.endContainer, range.endOffset) === 0) {
            part.setEnd(range.endContainer, range.endOffset);
        }
        return (index && /** @type {HTMLElement} */ (row).dataset.part === "0" ? "\n" : "") + part.toString();
    });
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text.join(""));
}
