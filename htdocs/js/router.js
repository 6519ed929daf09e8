/** The address is the state: a path, and what is selected or filtered in the query. */
import { createStore } from "./store.js";

/** @typedef {{path: string, query: Record<string, string>}} Place */

/** @returns {Place} */
function here() {
    return { path: location.pathname.replace(/(.)\/+$/, "$1"), query: Object.fromEntries(new URLSearchParams(location.search)) };
}

export const place = createStore(here());

/** Set while the page has work that leaving it would lose: asks, and calls `leave` if so.
 * @type {((leave: () => void) => void) | null} */
let guard = null;
/** Where we are, also after the browser has gone elsewhere by itself. */
let shown = location.pathname + location.search;

/** Asks before the path changes; the answer takes it away again. @param {(leave: () => void) => void} ask */
export function guardLeaving(ask) {
    guard = ask;
    return () => {
        guard = guard === ask ? null : guard;
    };
}

/**
 * @param {string} address path and query
 * @param {{replace?: boolean, force?: boolean}} [options] force: what would be lost is gone already
 */
export function go(address, { replace = false, force = false } = {}) {
    if (force) {
        guard = null;
    }
    if (guard && new URL(address, location.href).pathname !== location.pathname) {
        guard(() => go(address, { replace, force: true }));
        return;
    }
    if (address !== location.pathname + location.search) {
        history[replace ? "replaceState" : "pushState"](null, "", address);
    }
    shown = location.pathname + location.search;
    place.set(here());
}

/** Back and forward: the browser is there already, so a guarded page is put back first. */
function followHistory() {
    const address = location.pathname + location.search;
    if (guard && location.pathname !== place.get().path) {
        history.pushState(null, "", shown);
        go(address);
        return;
    }
    shown = address;
    place.set(here());
}

/**
 * The address of this page with other query values; null removes one.
 * @param {Record<string, string | null>} values
 */
export function withQuery(values) {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
        if (value === null || value === "") {
            query.delete(name);
        } else {
            query.set(name, value);
        }
    }
    const text = query.toString();
    return location.pathname + (text ? "?" + text : "");
}

/** @param {Record<string, string | null>} values */
export const setQuery = (values) => go(withQuery(values), { replace: true });

/**
 * "/rooms/:id" against "/rooms/42": {id: "42"}, or null.
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
export function match(pattern, path) {
    const want = pattern.split("/");
    const have = path.split("/");
    if (want.length !== have.length) {
        return null;
    }
    /** @type {Record<string, string>} */
    const values = {};
    for (const [index, part] of want.entries()) {
        if (part.startsWith(":")) {
            const value = decoded(have[index]);
            if (value === null) {
                return null;
            }
            values[part.slice(1)] = value;
        } else if (part !== have[index]) {
            return null;
        }
    }
    return values;
}

/** Null for what is no valid percent-encoding. @param {string} part */
function decoded(part) {
    try {
        return decodeURIComponent(part);
    } catch {
        return null;
    }
}

/** Our own links change the page without loading it; /docs and /api are other documents. */
function followLink(/** @type {MouseEvent} */ event) {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) {
        return;
    }
    const elsewhere = link.origin !== location.origin || /^\/(docs|api)(\/|$)/.test(link.pathname);
    if (elsewhere || link.target || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
        return;
    }
    event.preventDefault();
    go(link.pathname + link.search);
}

export function startRouter() {
    addEventListener("popstate", followHistory);
    document.addEventListener("click", followLink);
}
