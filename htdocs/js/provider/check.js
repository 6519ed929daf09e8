/** Asks the endpoint whether it answers, and which models it has. The check is a run; its state is polled. */
import { get, patchOver, post } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { plural } from "../format.js";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";
import { Pill } from "../parts/pill.js";
import { ProblemNote } from "../parts/problem.js";
import { attempt } from "../parts/toast.js";
import { isOver } from "../run/state.js";

/** @typedef {{ok: boolean, message: string, models: string[], duration_ms?: number}} CheckResult */

const POLL_MS = 400;

/** @param {string} provider @param {AbortSignal} signal */
async function check(provider, signal) {
    const { run } = await post(`/providers/${provider}/check`);
    const id = run.id || run;
    for (;;) {
        const state = await get(`/runs/${id}`, signal);
        if (isOver(state.state)) {
            return state.result || { ok: false, message: state.reason || "The test did not finish. Try again.", models: [] };
        }
        await new Promise((done) => setTimeout(done, POLL_MS));
        signal.throwIfAborted();
    }
}

/** @param {{provider: import("../types.js").Provider, onClose: () => void, onSaved: (provider: import("../types.js").Provider) => void}} props */
export function CheckDialog({ provider, onClose, onSaved }) {
    const [result, setResult] = useState(/** @type {CheckResult | null} */ (null));
    const [problem, setProblem] = useState(/** @type {import("../api.js").ApiProblem | null} */ (null));
    const [round, setRound] = useState(0);
    useEffect(() => {
        const abort = new AbortController();
        setResult(null);
        setProblem(null);
        check(provider.id, abort.signal).then(setResult, (caught) => abort.signal.aborted || setProblem(caught));
        return () => abort.abort();
    }, [round]);
    const choose = (/** @type {string} */ model) => attempt(async () =>
        onSaved(await patchOver(`/providers/${provider.id}`, { default_model: model, version: provider.version })),
    `Default model: ${model}`);
    return html`<${Dialog} title=${`Test ${provider.name}`} onClose=${onClose}>
        <div class="dialog__body" aria-live="polite">
            ${problem && html`<${ProblemNote} problem=${problem} />`}
            ${!problem && !result && html`<p><${Pill} state="running">Connecting to ${provider.base_url || provider.name}</${Pill}></p>`}
            ${result && html`<${Result} result=${result} current=${provider.default_model} onChoose=${choose} />`}
        </div>
        <div class="dialog__actions"><${Button} icon="refresh" disabled=${!result && !problem} onClick=${() => setRound(round + 1)}>Test again</${Button}>
            <${Button} kind="primary" onClick=${onClose}>Close</${Button}></div>
    </${Dialog}>`;
}

/** @param {{result: CheckResult, current: string, onChoose: (model: string) => void}} props */
function Result({ result, current, onChoose }) {
    const models = result.models || [];
    return html`<div class="check-result">
        <div class="row"><${Pill} tone=${result.ok ? "good" : "bad"}>${result.ok ? "Connected" : "Connection failed"}</${Pill}>
            ${result.duration_ms !== undefined && html`<span class="soft small">${result.duration_ms} ms</span>`}</div>
        ${result.message && html`<p>${result.message}</p>`}
        ${models.length > 0 && html`<p class="soft small">${plural(models.length, "model")}. Choose the default:</p>
            <div class="check-result__models">${models.map((model) => html`<${Button} small aria-pressed=${String(model === current)}
                icon=${model === current ? "check" : undefined} onClick=${() => onChoose(model)}>${model}</${Button}>`)}</div>`}
    </div>`;
}
