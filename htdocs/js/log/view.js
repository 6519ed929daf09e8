/** The rows of a log that are in view, and how the view moves: it follows the end while the reader is there, and what the
 * reader looks at stays where it is while lines come before it or go. */
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../dom.js";
import { LogRow } from "./row-view.js";
import { breaks } from "./rows.js";
import { inLine } from "./search.js";

/** The height of --log-row in log.css. */
export const ROW = 20;
const AT_END = 8;
/** Rows that are drawn above and below what is in view, and the step in which the drawn ones change. */
const AROUND = 20;
const STEP = 10;
/** This near to an end of what is held, the next part is loaded. */
const AHEAD = 200 * ROW;

/**
 * The height of an element, and how many columns of text fit into it.
 * @param {{current: any}} box
 * @param {{current: any}} probe a hundred characters, with the margin that lines have
 * @param {boolean} times whether they stand before the lines: no observer tells of a margin
 */
export function useRoom(box, probe, times) {
    const [room, setRoom] = useState({ height: 400, columns: 80, character: 8 });
    useLayoutEffect(() => {
        const measure = () => {
            const character = probe.current.getBoundingClientRect().width / 100 || 8;
            const gutter = parseFloat(getComputedStyle(probe.current).marginLeft) || 0;
            const columns = Math.max(20, Math.floor((box.current.clientWidth - gutter) / character));
            const height = box.current.clientHeight;
            setRoom((old) => (old.height === height && old.columns === columns && old.character === character ? old : { height, columns, character }));
        };
        const watch = new ResizeObserver(measure);
        watch.observe(box.current);
        watch.observe(probe.current);
        measure();
        return () => watch.disconnect();
    }, [times]);
    return room;
}

/**
 * @param {{current: any}} box the element that scrolls
 * @param {import("../run/watch.js").RunWatch} watch
 * @param {import("./rows.js").Rows} rows
 * @param {number} height
 */
export function useView(box, watch, rows, height) {
    const [following, setFollowing] = useState(watch.following);
    const [top, setTop] = useState(0);
    // The reading position: the line at the upper edge, and how far the edge is below its first row.
    const at = useRef({ number: 0, below: 0, top: 0, left: 0 });
    const now = at.current;
    const follow = (/** @type {boolean} */ on) => {
        now.left = watch.output.last;
        watch.follow(on);
        setFollowing(on);
    };
    const note = () => {
        now.top = box.current.scrollTop;
        const row = Math.floor(now.top / ROW);
        const here = rows.at(row);
        now.number = here ? here.number : 0;
        now.below = now.top - (here ? rows.of(here.number) * ROW : 0);
        setTop(row - (row % STEP));
    };
    const put = (/** @type {number} */ to) => {
        box.current.scrollTop = to;
        note();
    };
    const onScroll = () => {
        const { scrollTop, scrollHeight, clientHeight } = box.current;
        const atEnd = scrollHeight - scrollTop - clientHeight < AT_END;
        if (watch.following ? scrollTop < now.top - 1 && !atEnd : atEnd && watch.atTail) {
            follow(!watch.following);
        }
        note();
        if (!watch.following && scrollTop < AHEAD && watch.output.start > 0) {
            watch.earlier().catch(() => {});
        } else if (!watch.following && scrollHeight - scrollTop - clientHeight < AHEAD && !watch.atTail) {
            watch.later().catch(() => {});
        }
    };
    useLayoutEffect(() => {
        if (watch.following) {
            put(box.current.scrollHeight);
        } else {
            const to = rows.of(now.number) * ROW + now.below;
            put(Math.abs(to - box.current.scrollTop) >= 1 ? to : box.current.scrollTop);
        }
    }, [rows, height]);
    useEffect(() => () => watch.follow(true), [watch]);
    const toEnd = () => {
        follow(true);
        put(box.current.scrollHeight);
    };
    const toRow = (/** @type {number} */ row) => {
        follow(false);
        put(Math.max(0, row * ROW - height / 2));
    };
    const fresh = following ? 0 : Math.max(0, watch.output.last - now.left);
    return { following, fresh, top: following ? Math.max(0, rows.count - Math.ceil(height / ROW)) : top, follow, onScroll, toEnd, toRow, put };
}

/** @type {any[]} */
const NONE = [];

/**
 * The drawn rows, at their place in the whole.
 * @param {{rows: import("./rows.js").Rows, top: number, height: number, times: boolean, found: any[], current: any, theme: any, character: number}} props
 */
export function Drawn({ rows, top, height, times, found, current, theme, character }) {
    const from = Math.max(0, top - AROUND);
    const to = Math.min(rows.count, top + Math.ceil(height / ROW) + AROUND + STEP);
    const drawn = useMemo(() => {
        const list = [];
        for (let row = from; row < to; row++) {
            list.push(rowProps(rows, row, found));
        }
        return list;
    }, [rows, from, to, found]);
    const space = { height: `${rows.count * ROW}px`, minWidth: rows.columns ? "100%" : `${Math.ceil(rows.widest * character) + 120}px` };
    return html`<div class="log__space" style=${space}>
        <div class="log__rows" style=${{ transform: `translateY(${from * ROW}px)` }}>
            ${drawn.map((props) => html`<${LogRow} key=${`${props.number}.${props.part}`} ...${props} times=${times} theme=${theme}
                current=${current?.number === props.number ? current : null} />`)}
        </div>
    </div>`;
}

/** @param {import("./rows.js").Rows} rows @param {number} row @param {any[]} found */
function rowProps(rows, row, found) {
    const { line, number, part } = /** @type {{line: any, number: number, part: number}} */ (rows.at(row));
    const starts = breaks(line.text, rows.columns);
    const marks = found.length ? inLine(found, number) : NONE;
    return {
        line, number, part, note: part >= starts.length, from: starts[part] ?? 0, to: starts[part + 1] ?? line.text.length,
        marks: marks.length ? marks : NONE, text: line.text, styles: line.styles, cut: line.cut,
    };
}
