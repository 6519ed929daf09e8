/** Searching a log: at once in what this browser holds, and beyond that where the server says. */
import { useEffect, useMemo, useRef, useState } from "../dom.js";
import { attempt } from "../parts/toast.js";
import { breaks } from "./rows.js";
import { find, from as firstFrom, MOST } from "./search.js";
import { ROW } from "./view.js";

/**
 * @param {import("../run/watch.js").RunWatch} watch
 * @param {number} version
 * @param {import("./rows.js").Rows} rows
 * @param {any} view
 * @param {{current: any}} box
 * @param {number} character
 */
export function useSearch(watch, version, rows, view, box, character) {
    const [shown, setShown] = useState(false);
    const [words, setWords] = useState("");
    const [current, setCurrent] = useState(/** @type {any} */ (null));
    const found = useMemo(() => (shown ? find(watch.output, words) : []), [shown, words, version, watch]);
    const index = current ? found.findIndex(({ number, from }) => number === current.number && from === current.from) : -1;
    const whole = watch.output.start === 0 && watch.atTail;
    const show = (/** @type {any} */ match) => {
        setCurrent(match || null);
        const line = match && watch.output.line(match.number);
        if (line) {
            const starts = breaks(line.text, rows.columns);
            const part = starts.findLastIndex((start) => start <= match.from);
            view.toRow(rows.of(match.number) + part);
            box.current.scrollLeft = rows.columns ? 0 : Math.max(0, (match.to + 10) * character - box.current.clientWidth);
        }
    };
    const beyond = useBeyond(watch, version, words, view, (/** @type {boolean} */ last) => show(found.at(last ? -1 : 0)));
    const type = (/** @type {string} */ next) => {
        beyond.stop();
        setWords(next);
        const all = find(watch.output, next);
        const top = rows.at(Math.floor(box.current.scrollTop / ROW));
        show(all[firstFrom(all, top ? top.number : 0)]);
    };
    const step = (/** @type {number} */ by) => {
        const next = Math.max(index, by < 0 ? 0 : -1) + by;
        if (found.length && (whole || (next >= 0 && next < found.length) || index < 0)) {
            show(found[(next + found.length) % found.length]);
        } else if (words && !whole) {
            beyond.look(by < 0);
        }
    };
    return {
        shown, words, found, index, current: found[index] || null, type, step, whole, more: found.length >= MOST, part: beyond.part, nowhere: beyond.nowhere,
        open: () => setShown(true),
        close: () => {
            beyond.stop();
            setShown(false);
            setCurrent(null);
            box.current.focus();
        },
    };
}

/**
 * Looks on the server beyond what is held, brings the place that it finds, and shows it when it is drawn.
 * @param {import("../run/watch.js").RunWatch} watch
 * @param {number} version
 * @param {string} words
 * @param {any} view
 * @param {(last: boolean) => void} show the first or the last place of those that are held
 */
function useBeyond(watch, version, words, view, show) {
    const [part, setPart] = useState(/** @type {number | null} */ (null));
    const [nowhere, setNowhere] = useState(false);
    const question = useRef(0);
    const brought = useRef(/** @type {{last: boolean, version: number} | null} */ (null));
    useEffect(() => {
        // The last drawing can predate the new lines, whose drawing is still pending.
        if (brought.current && version > brought.current.version) {
            show(brought.current.last);
            brought.current = null;
        }
    }, [version]);
    useEffect(() => () => void question.current++, []);
    const stop = () => {
        question.current++;
        brought.current = null;
        setPart(null);
        setNowhere(false);
    };
    const look = (/** @type {boolean} */ backward) => attempt(async () => {
        stop();
        const asked = question.current;
        const { start, end } = watch.output;
        const size = new TextEncoder().encode(words).length;
        const go = (/** @type {number} */ now) => {
            const wanted = asked === question.current;
            if (wanted) {
                setPart(now);
            }
            return wanted;
        };
        view.follow(false);
        setPart(0);
        try {
            const place = await watch.find(words, backward ? start : Math.max(start, end - size + 1), backward, go);
            if (asked === question.current && place) {
                await watch.toPlace(place, size, backward);
            }
            if (asked === question.current && place) {
                brought.current = { last: backward, version: watch.version.get() };
                watch.redraw();
            }
            setNowhere(asked === question.current && !place);
        } finally {
            if (asked === question.current) {
                setPart(null);
            }
        }
    });
    return { part, nowhere, look, stop };
}
