/** Loading for views: one document, or a keyset list page by page. */
/** A keyset list as its pages show it. @typedef {ReturnType<typeof useList>} List */
import { useEffect, useRef, useState } from "./dom.js";

/**
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} fetcher
 * @param {any[]} keys loads again when one changes
 */
export function useLoad(fetcher, keys) {
    const [state, setState] = useState(/** @type {{data: T | null, problem: import("./api.js").ApiProblem | null}} */ ({ data: null, problem: null }));
    const [round, setRound] = useState(0);
    useEffect(() => {
        const abort = new AbortController();
        fetcher(abort.signal).then(
            (data) => abort.signal.aborted || setState({ data, problem: null }),
            (problem) => abort.signal.aborted || setState((old) => ({ ...old, problem })),
        );
        return () => abort.abort();
    }, [...keys, round]);
    return {
        ...state,
        setData: (/** @type {T} */ data) => setState({ data, problem: null }),
        reload: () => {
            setState((old) => ({ ...old, problem: null }));
            setRound((n) => n + 1);
        },
    };
}

/**
 * @param {(cursor: string | null, signal?: AbortSignal) => Promise<import("./types.js").Page<any>>} fetcher
 * @param {any[]} keys
 */
export function useList(fetcher, keys) {
    const first = useLoad((signal) => fetcher(null, signal), keys);
    const [busy, setBusy] = useState(false);
    const latest = useRef(first);
    latest.current = first;
    const more = async () => {
        const page = latest.current.data;
        if (!page?.next || busy) {
            return;
        }
        setBusy(true);
        try {
            const next = await fetcher(page.next);
            if (latest.current.data === page) {
                first.setData({ items: [...page.items, ...next.items], next: next.next });
            }
        } finally {
            setBusy(false);
        }
    };
    /** Changes the rows that are shown, after an action on one of them. */
    const change = (/** @type {(items: any[]) => any[]} */ work) => {
        const page = latest.current.data;
        if (page) {
            first.setData({ ...page, items: work(page.items) });
        }
    };
    return { items: first.data?.items || null, problem: first.problem, reload: first.reload, more, busy, change, hasMore: Boolean(first.data?.next) };
}
