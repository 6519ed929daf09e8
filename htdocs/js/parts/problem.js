/** An error with its remedy and the request ID. */
import { html } from "../dom.js";
import { Button } from "./button.js";
import { CopyButton } from "./copy.js";
import { Icon } from "./icon.js";

/** A problem inside a form or a card. @param {{problem: import("../api.js").ApiProblem | null}} props */
export function ProblemNote({ problem }) {
    const fields = Object.entries(problem.fields || {});
    return html`<div class="problem" role="alert">
        <${Icon} name="warning" />
        <div>${problem.message}
            ${fields.map(([name, text]) => html`<small>${name}: ${text}</small>`)}
            ${problem.status >= 500 && problem.requestId && html`<small>Request ${problem.requestId}</small>`}
        </div>
    </div>`;
}

/** A page, or a part of one, that could not be loaded. @param {{problem: import("../api.js").ApiProblem | null, onRetry?: () => void, small?: boolean}} props */
export function ProblemState({ problem, onRetry, small }) {
    const absent = problem.status === 404;
    return html`<div class=${small ? "empty empty--small" : "empty"} role="alert">
        <div class="empty__mark"><${Icon} name=${absent ? "search" : "warning"} size=${24} /></div>
        <h2 class="empty__title">${absent ? "Not found" : "Couldn’t load this"}</h2>
        <p>${absent ? "It was deleted, or you don’t have access." : problem.message}</p>
        <div class="empty__actions">
            ${onRetry && !absent && html`<${Button} icon="refresh" onClick=${onRetry}>Retry</${Button}>`}
            ${problem.requestId && !absent && html`<${CopyButton} text=${problem.requestId}>Copy request ID</${CopyButton}>`}
        </div>
    </div>`;
}
