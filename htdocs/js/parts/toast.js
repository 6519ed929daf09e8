/** Short news at the edge: what was done, or what went wrong with something that has no place of its own. */
import { classes, html } from "../dom.js";
import { createStore, useStore } from "../store.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** @typedef {{id: number, text: string, bad: boolean}} Toast */
const toasts = createStore(/** @type {Toast[]} */ ([]));
let counter = 0;

/** @param {number} id */
const dismiss = (id) => toasts.set(toasts.get().filter((toast) => toast.id !== id));

/** @param {string} text @param {boolean} [bad] */
export function tell(text, bad = false) {
    const id = ++counter;
    toasts.set([...toasts.get().slice(-2), { id, text, bad }]);
    setTimeout(() => dismiss(id), bad ? 8000 : 4000);
}

/**
 * For actions without a form: tells the problem.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} [done]
 */
export async function attempt(work, done) {
    try {
        const result = await work();
        if (done) {
            tell(done);
        }
        return result;
    } catch (problem) {
        tell(problem.message, true);
        return undefined;
    }
}

export function Toasts() {
    const list = useStore(toasts);
    return html`<div class="toasts" role="status" aria-live="polite">
        ${list.map((toast) => html`<div class=${classes("toast", toast.bad && "toast--bad")} key=${toast.id}>
            <${Icon} name=${toast.bad ? "warning" : "check"} />${toast.text}
            <${Button} kind="quiet" small icon="close" label="Dismiss" onClick=${() => dismiss(toast.id)} />
        </div>`)}
    </div>`;
}
