import { classes, html } from "../dom.js";
import { RUN_STATES } from "../words.js";

/** Label and tone of a state: a colour never stands alone. @type {Record<string, {label: string, tone: string}>} */
const STATES = {
    ...RUN_STATES,
    started: { label: "Active", tone: "good" }, stopped: { label: "Stopped", tone: "" }, disabled: { label: "Disabled", tone: "bad" },
    enabled: { label: "Active", tone: "good" }, done: { label: "Done", tone: "good" }, refused: { label: "Refused", tone: "warn" },
};

/** @param {{state?: string, tone?: string, plain?: boolean, children?: unknown}} props a known state, or a text with its tone */
export function Pill({ state, tone, plain, children }) {
    const known = state ? STATES[state] : undefined;
    const shade = tone || known?.tone;
    return html`<span class=${classes("pill", shade && `pill--${shade}`, plain && "pill--plain")}>${children || known?.label || state}</span>`;
}
