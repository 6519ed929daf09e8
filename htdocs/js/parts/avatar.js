import { classes, html } from "../dom.js";

const TONES = ["slate", "clay", "moss", "teal", "plum", "sand"];

/** "Ada Lovelace" → "AL", "ops" → "OP" @param {string} name */
export function initials(name) {
    const words = name.split(/[\s._-]+/).filter(Boolean);
    const letters = words.length > 1 ? [...words[0]][0] + [...words[words.length - 1]][0] : [...(words[0] || "?")].slice(0, 2).join("");
    return letters.toUpperCase();
}

/** The same tone for the same id, everywhere. @param {string} id */
function tone(id) {
    let sum = 0;
    for (const char of id) {
        sum = (sum * 31 + char.charCodeAt(0)) % 9973;
    }
    return TONES[sum % TONES.length];
}

/** @param {{of: {id: string, kind?: string, name: string}, size?: "small" | "large", alive?: boolean}} props */
export function Avatar({ of, size, alive }) {
    return html`<span class=${classes("avatar", of.kind === "agent" && "avatar--agent", size && `avatar--${size}`,
        `avatar--${tone(of.id)}`, alive && "avatar--alive")} aria-hidden="true">${initials(of.name)}</span>`;
}
