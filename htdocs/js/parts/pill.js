import { classes, html } from "../dom.js";

/** State word and tone: a colour never stands alone. @type {Record<string, [string, string]>} */
const STATES = {
    queued: ["Waiting", "warn"], running: ["Running", "alive"], waiting: ["Waiting", "warn"], succeeded: ["Done", "good"],
    failed: ["Failed", "bad"], cancelled: ["Stopped", ""], timed_out: ["Timed out", "bad"], lost: ["Lost", "bad"],
    started: ["Started", "good"], stopped: ["Stopped", ""], disabled: ["Disabled", "bad"], enabled: ["Active", "good"],
    done: ["Done", "good"], refused: ["Refused", "warn"],
};

/** @param {{state?: string, tone?: string, plain?: boolean, children?: any}} props a known state, or a text with its tone */
export function Pill({ state, tone, plain, children }) {
    const [word, colour] = (state && STATES[state]) || [state, ""];
    const shade = tone || colour;
    return html`<span class=${classes("pill", shade && `pill--${shade}`, plain && "pill--plain")}>${children || word}</span>`;
}
