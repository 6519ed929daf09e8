/** A value that can be watched. All state that outlives one component is kept in stores. */
import { useEffect, useRef, useState } from "./dom.js";

/**
 * @template T
 * @typedef {object} Store
 * @property {() => T} get
 * @property {(next: T) => void} set
 * @property {(part: Partial<T>) => void} patch
 * @property {(listener: (value: T) => void) => () => void} subscribe
 */

/**
 * @template T
 * @param {T} value
 * @returns {Store<T>}
 */
export function createStore(value) {
    /** @type {Set<(value: T) => void>} */
    const listeners = new Set();
    const store = {
        get: () => value,
        set: (/** @type {T} */ next) => {
            if (Object.is(next, value)) {
                return;
            }
            value = next;
            for (const listener of [...listeners]) {
                listener(value);
            }
        },
        patch: (/** @type {Partial<T>} */ part) => store.set({ ...value, ...part }),
        subscribe: (/** @type {(value: T) => void} */ listener) => {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
    };
    return store;
}

/**
 * The store's value, or a part of it; draws again only when that part changes.
 * @template T, [U=T]
 * @param {Store<T>} store
 * @param {(value: T) => U} [select]
 * @returns {U}
 */
export function useStore(store, select = (value) => /** @type {any} */ (value)) {
    const [, redraw] = useState(0);
    const shown = useRef(/** @type {any} */ (undefined));
    shown.current = select(store.get());
    const choose = useRef(select);
    choose.current = select;
    useEffect(() => {
        const look = () => {
            if (!Object.is(choose.current(store.get()), shown.current)) {
                redraw((n) => n + 1);
            }
        };
        look();
        return store.subscribe(look);
    }, [store]);
    return shown.current;
}
