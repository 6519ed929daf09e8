/** Small values that this browser keeps: drafts, the outbox, the narrow rail. Never fails: storage may be forbidden. */

/**
 * @template T
 * @param {string} name
 * @param {T} fallback
 * @returns {T}
 */
export function recall(name, fallback) {
    try {
        const text = localStorage.getItem(`coagent.${name}`);
        return text === null ? fallback : JSON.parse(text);
    } catch {
        return fallback;
    }
}

/** Keeps a value; null and "" forget it. @param {string} name @param {any} value */
export function keep(name, value) {
    try {
        if (value === null || value === "") {
            localStorage.removeItem(`coagent.${name}`);
        } else {
            localStorage.setItem(`coagent.${name}`, JSON.stringify(value));
        }
    } catch {
        // A full or forbidden storage costs only the convenience.
    }
}
