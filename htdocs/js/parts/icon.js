/** Our own drawings, 16 by 16, one stroke. */
import { html } from "../dom.js";

/** @type {Record<string, string>} */
export const DRAWINGS = {
    agents: "M4.5 6h7a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 11.5v-4A1.5 1.5 0 0 1 4.5 6ZM8 6V3.2M6.3 9v1M9.7 9v1M1.4 9v1.5M14.6 9v1.5",
    archive: "M2.5 3.5h11v2.6h-11ZM3.5 6.1v5.9a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V6.1M6.5 8.7h3",
    arrowDown: "M8 3v10M4 9l4 4 4-4",
    arrowUp: "M8 13V3M4 7l4-4 4 4",
    audit: "M4 2.5h5.5L12.5 5.5v8H4ZM9.5 2.5v3h3M6.2 8.2h4M6.2 10.7h4",
    back: "M10 3 5 8l5 5",
    bell: "M4 11V7.2a4 4 0 0 1 8 0V11l1 1.2H3ZM6.7 14h2.6",
    check: "m3 8.5 3.2 3.2L13 5",
    clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.6V8l2.4 1.6",
    close: "m4 4 8 8M12 4l-8 8",
    copy: "M6 6h6.5v7H6ZM10 6V3H3.5v7H6",
    diff: "M4.6 3v6M1.6 6h6M1.8 12.6h5.6M10.2 3.4l3.4 9.2",
    door: "M6.5 3H3.5v10h3M9.5 5l3 3-3 3M12.5 8h-6",
    download: "M8 2.6v7.4M4.8 7 8 10.2 11.2 7M2.8 13.2h10.4",
    edit: "m9.8 3.6 2.6 2.6-6.6 6.6-3 .4.4-3ZM8.4 5l2.6 2.6",
    eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
    file: "M4 2.5h5.5L12.5 5.5v8H4ZM9.5 2.5v3h3",
    globe: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2.2 8h11.6M8 2c-3.6 4-3.6 8 0 12 3.6-4 3.6-8 0-12Z",
    hash: "M6.4 2.8 5 13.2M11 2.8 9.6 13.2M3 6h10.4M2.6 10H13",
    info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.4v3.4M8 5.2v.1",
    key: "M5.4 13a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8ZM7.5 8 12.6 3M10.4 5.2l1.9 1.9",
    link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
    lock: "M4 7.2h8v6H4ZM5.6 7.2V5.4a2.4 2.4 0 0 1 4.8 0v1.8",
    mapping: "M6 2.8c-1.6 0-2 .7-2 2v1.4c0 1-.5 1.6-1.4 1.8.9.2 1.4.8 1.4 1.8v1.4c0 1.3.4 2 2 2M10 2.8c1.6 0 2 .7 2 2v1.4c0 1 .5 1.6 1.4 1.8-.9.2-1.4.8-1.4 1.8v1.4c0 1.3-.4 2-2 2",
    menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
    moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z",
    more: "M3.6 8h.01M8 8h.01M12.4 8h.01",
    plus: "M8 3v10M3 8h10",
    provider: "M3 3.2h10v3.9H3ZM3 8.9h10v3.9H3ZM5.4 5.1v.1M5.4 10.8v.1M8 5.2h2.8M8 10.9h2.8",
    refresh: "M13 8a5 5 0 1 1-1.6-3.7M13 2.6v2.6h-2.6",
    reply: "M6.4 3.6 2.6 7.2l3.8 3.6M2.6 7.2h6.6a4 4 0 0 1 4 4v1.2",
    rooms: "M2.6 3.4h10.8v7.4H7.6L4.8 13.2v-2.4H2.6Z",
    script: "M2.4 3h11.2v10H2.4ZM5 6.2 7 8l-2 1.8M8.4 10h2.8",
    runs: "m2.8 3.2 4.6 2.9-4.6 2.9ZM9.6 4.6h3.8M9.6 7.8h3.8M2.8 12h10.6",
    search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.4 3.4",
    send: "M2.6 8 13.4 3l-3 10.2-2.8-4.1ZM7.6 9.1 13.4 3",
    settings: "M2.6 5h5.2M11.4 5h2M2.6 11h2M8.2 11h5.2M9.6 6.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6ZM6.4 12.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
    sidebar: "M2.6 3.2h10.8v9.6H2.6ZM6.4 3.2v9.6",
    start: "m5 3.4 7.4 4.6L5 12.6Z",
    stop: "M4.2 4.2h7.6v7.6H4.2Z",
    sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8",
    system: "M2.4 3.2h11.2v7.6H2.4ZM5.6 13.4h4.8M8 10.8v2.6",
    trash: "M2.8 4.4h10.4M6.2 4.4V2.8h3.6v1.6M4.2 4.4l.6 8.8h6.4l.6-8.8M6.8 7v3.8M9.2 7v3.8",
    upload: "M8 10.4V3M5 6l3-3 3 3M3 10.6v2.4h10v-2.4",
    users: "M6 7.6a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM1.8 13.2c0-2.4 1.9-3.8 4.2-3.8s4.2 1.4 4.2 3.8M10.6 3.2a2.3 2.3 0 0 1 0 4.2M11.8 9.8c1.5.5 2.4 1.7 2.4 3.4",
    wrap: "M2.6 3.8h10.8M2.6 8h8.2a2.1 2.1 0 0 1 0 4.2H8M9.6 10.4 7.8 12.2 9.6 14M2.6 12.2h2.6",
    warning: "M8 2.4 14.2 13H1.8ZM8 6.4v3.2M8 11.3v.1",
};

/** @param {{name: string, size?: number}} props decorative: the text beside it, or the button's label, says it */
export function Icon({ name, size = 16 }) {
    return html`<svg width=${size} height=${size} viewBox="0 0 16 16" fill="none" stroke="currentColor"
        stroke-width=${name === "more" ? 2 : 1.4} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d=${DRAWINGS[name]} /></svg>`;
}

/** The product's mark: a person (round) and an agent (square) at one table. @param {{size?: number}} props */
export function Mark({ size = 20 }) {
    return html`<svg width=${size} height=${size} viewBox="0 0 32 32" aria-hidden="true">
        <rect x="12" y="12" width="17" height="17" rx="5" fill="var(--action)" />
        <circle cx="12" cy="12" r="9.5" fill="var(--text)" stroke="var(--chrome)" stroke-width="2.5" /></svg>`;
}
