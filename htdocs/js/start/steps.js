/** The first steps in a new studio: a list above the rooms that ticks itself and can be put away. */
import { html, useEffect, useState } from "../dom.js";
import { Button } from "../parts/button.js";
import { Icon } from "../parts/icon.js";
import { attempt } from "../parts/toast.js";
import { may } from "../session.js";
import { useStore } from "../store.js";
import { EXAMPLES, runExample } from "./examples.js";
import { loadSteps, markSteps, steps } from "./state.js";

/** @typedef {"people" | "model" | "run" | "audit"} Name */

/** @type {{name: Name, title: string, text: string, permission: string, action: string, href?: string}[]} */
const STEPS = [
    { name: "people", title: "Invite a person", text: "Rooms are for teams: create an account for a colleague.",
        permission: "users.manage", action: "Users", href: "/users" },
    { name: "model", title: "Connect a model", text: "Any OpenAI-compatible endpoint: OpenAI, Ollama, vLLM …",
        permission: "providers.manage", action: "Providers", href: "/providers" },
    { name: "run", title: "Run a script", text: "In a sandbox, with live output. Start with an example.", permission: "scripts.create",
        action: "Run an example" },
    { name: "audit", title: "See the audit log", text: "Every action, with its actor and origin.", permission: "audit.read",
        action: "Audit", href: "/audit" },
];

export function FirstSteps() {
    const known = useStore(steps);
    useEffect(() => {
        if (may("users.manage")) {
            loadSteps();
        }
    }, []);
    if (!known || known.hidden || !may("users.manage")) {
        return null;
    }
    const open = STEPS.filter(({ permission }) => may(permission));
    const done = open.filter(({ name }) => known[name]).length;
    return html`<section class="card steps" aria-label="First steps">
        <div class="steps__head"><h2>${done === open.length ? "All set" : "First steps"}</h2>
            <span class="soft small">${done} of ${open.length} done</span>
            <${Button} kind="quiet" small icon="close" label="Hide first steps"
                onClick=${() => attempt(() => markSteps({ hidden: true }))} /></div>
        <ol class="steps__list">${open.map((step) => html`<${Step} key=${step.name} step=${step} done=${known[step.name]} />`)}</ol>
    </section>`;
}

/** @param {{step: typeof STEPS[number], done: boolean}} props */
function Step({ step, done }) {
    const [busy, setBusy] = useState(false);
    const run = async () => {
        setBusy(true);
        await runExample(EXAMPLES[0]);
        setBusy(false);
    };
    return html`<li class=${done ? "steps__step steps__step--done" : "steps__step"}>
        <span class="steps__mark">${done && html`<${Icon} name="check" />`}</span>
        <div><b>${step.title}</b>${done && html`<span class="sr-only"> (done)</span>`}<p class="soft small">${step.text}</p></div>
        ${!done && (step.href ? html`<${Button} small href=${step.href}>${step.action}</${Button}>`
            : html`<${Button} small icon="start" busy=${busy} onClick=${run}>${step.action}</${Button}>`)}
    </li>`;
}
