/** Times and numbers as people read them, in the viewer's zone and language. */

/**
 * Made at its first use: each of these takes milliseconds to make on a phone, and no page uses all of them.
 * @template T
 * @param {() => T} make
 * @returns {() => T}
 */
export function lazily(make) {
    /** @type {T | undefined} */
    let made;
    return () => (made ??= make());
}

const time = lazily(() => new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }));
const day = lazily(() => new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }));
const dayYear = lazily(() => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" }));
const full = lazily(() => new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }));
const relative = lazily(() => new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "long" }));
const number = lazily(() => new Intl.NumberFormat());

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** "14:05" @param {string} at */
export const clock = (at) => time().format(new Date(at));
/** "Thursday, 20 November 2025 at 14:05:09" @param {string} at */
export const exact = (at) => full().format(new Date(at));
/** "20 November 2025" @param {string} at */
export const onDay = (at) => dayYear().format(new Date(at));
/** "1,234" @param {number} value */
export const count = (value) => number().format(value);

/** "3 minutes ago", "just now", "in 7 days" @param {string} at @param {number} [now] */
export function ago(at, now = Date.now()) {
    const seconds = (new Date(at).getTime() - now) / 1000;
    for (const [unit, size] of UNITS) {
        if (Math.abs(seconds) >= size) {
            return relative().format(Math.trunc(seconds / size), unit);
        }
    }
    return "just now";
}

/** Which day a time belongs to, for comparing. @param {string} at */
export const dayKey = (at) => new Date(at).toDateString();

/** "Today", "Yesterday", "Monday, 3 March" @param {string} at @param {Date} [now] */
export function dayName(at, now = new Date()) {
    const date = new Date(at);
    const yesterday = new Date(now);
    yesterday.setDate(now.getDate() - 1);
    if (date.toDateString() === now.toDateString()) {
        return "Today";
    }
    if (date.toDateString() === yesterday.toDateString()) {
        return "Yesterday";
    }
    return (date.getFullYear() === now.getFullYear() ? day() : dayYear()).format(date);
}

/** "1 message", "2 messages" @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

const UNITS_OF_BYTES = ["bytes", "KB", "MB", "GB", "TB"];

/** "312 bytes", "1.4 MB" @param {number} value */
export function bytes(value) {
    const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), UNITS_OF_BYTES.length - 1);
    const shown = value / 1000 ** power;
    return `${power && shown < 10 ? shown.toFixed(1) : count(Math.round(shown))} ${value === 1 ? "byte" : UNITS_OF_BYTES[power]}`;
}

/** "340 ms", "4.2 s", "2 min 5 s", "3 h 12 min" @param {number} ms */
export function duration(ms) {
    if (ms < 1000) {
        return `${Math.round(ms)} ms`;
    }
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) {
        return ms < 10000 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`;
    }
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
