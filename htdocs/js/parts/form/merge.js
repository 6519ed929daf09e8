/** What somebody else has changed, put into a form that is being filled in. Pure. */

/** @typedef {{both: string[], theirs: string[]}} Changed fields that both have changed, and those of somebody else alone */

/** The number of a row only names it on the page. @param {string} name @param {unknown} value */
const withoutKeys = (name, value) => (name === "key" && typeof value === "number" ? undefined : value);

/** @param {unknown} a @param {unknown} b */
export const same = (a, b) => JSON.stringify(a, withoutKeys) === JSON.stringify(b, withoutKeys);

/**
 * Puts what somebody else has changed into a form.
 * @template {Record<string, unknown>} T
 * @param {T} before what the form began with
 * @param {T} mine
 * @param {T} now
 * @returns {{values: T} & Changed}
 */
export function merge(before, mine, now) {
    const values = { ...mine };
    const both = [];
    const theirs = [];
    for (const name of Object.keys(now)) {
        if (same(before[name], now[name]) || same(mine[name], now[name])) {
            continue;
        }
        if (same(mine[name], before[name])) {
            Object.assign(values, { [name]: now[name] });
            theirs.push(name);
        } else {
            both.push(name);
        }
    }
    return { values, both, theirs };
}
