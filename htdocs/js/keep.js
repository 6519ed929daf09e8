/** Small values that this browser keeps: drafts, the outbox, the narrow rail. Never fails: storage may be forbidden. */

/** How long a form waits for its page after a reload. */
const HELD_MS = 3600000;

/** A secret that was typed into a row does not leave the page. @param {string} _ @param {any} value */
const withoutSecrets = (_, value) => (value?.secret === true && !value.stored ? { ...value, value: "" } : value);

/** Holds a value over a reload of this tab. @param {string} name @param {unknown} value */
export function hold(name, value) {
    try {
        sessionStorage.setItem(`coagent.held.${name}`, JSON.stringify({ value, at: Date.now() }, withoutSecrets));
    } catch {
        // A full or forbidden storage costs only the convenience.
    }
}

/** The value that was held, once; or null. @param {string} name @returns {any} */
export function release(name) {
    try {
        const { value, at } = JSON.parse(sessionStorage.getItem(`coagent.held.${name}`) || "{}");
        sessionStorage.removeItem(`coagent.held.${name}`);
        return Date.now() - at < HELD_MS ? value : null;
    } catch {
        return null;
    }
}

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
