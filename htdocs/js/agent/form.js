/** The form of an agent: its name and job first, the fine tuning after it. */
import { get, patch, post } from "../api.js";
import { html, useEffect, useState } from "../dom.js";
import { FormDialog } from "../parts/dialog.js";
import { SelectField, TextField } from "../parts/form/field.js";
import { useForm } from "../parts/form/form.js";

const PARAMETERS = ["temperature", "top_p", "max_tokens"];

/** @param {import("../types.js").Agent} agent */
export function agentValues(agent) {
    return {
        name: agent?.name || "", handle: agent?.handle || "", provider_id: agent?.provider?.id || "", model: agent?.model || "",
        prompt: agent?.prompt || "", temperature: text(agent?.parameters?.temperature), top_p: text(agent?.parameters?.top_p),
        max_tokens: text(agent?.parameters?.max_tokens), context_tokens: text(agent?.context_tokens ?? 16000), run_seconds: text(agent?.run_seconds ?? 300),
    };
}

/** @param {number | undefined} value */
const text = (value) => (value === undefined || value === null ? "" : String(value));

/** Creates or edits, and answers the agent. @param {import("../types.js").Agent} agent null: a new one @param {Record<string, string>} values */
export function saveAgent(agent, values) {
    const parameters = { ...agent?.parameters };
    for (const name of PARAMETERS) {
        if (values[name].trim()) {
            parameters[name] = Number(values[name]);
        } else {
            delete parameters[name];
        }
    }
    const body = {
        name: values.name, handle: values.handle.trim().toLowerCase().replace(/^@/, ""), provider_id: values.provider_id || null, model: values.model,
        prompt: values.prompt, parameters, context_tokens: Number(values.context_tokens), run_seconds: Number(values.run_seconds),
    };
    return agent ? patch(`/agents/${agent.id}`, { ...body, version: agent.version }) : post("/agents", body);
}

/** The providers to choose from. */
export function useProviders() {
    const [providers, setProviders] = useState(/** @type {import("../types.js").Provider[]} */ ([]));
    useEffect(() => {
        get("/providers?limit=200").then(({ items }) => setProviders(items), () => {});
    }, []);
    return providers;
}

/** @param {{form: import("../parts/form/form.js").Form, providers: import("../types.js").Provider[]}} props */
export function AgentFields({ form, providers }) {
    const provider = providers.find(({ id }) => id === form.values.provider_id);
    return html`
        <div class="form__pair">
            <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" placeholder="Research helper" data-autofocus />
            <${TextField} form=${form} name="handle" label="Handle" most=${39} autocomplete="off" autocapitalize="none" spellcheck=${false}
                placeholder="research" help="The name people type after @." />
        </div>
        <${TextField} form=${form} name="prompt" label="Instructions" rows=${6} most=${32000} optional
            placeholder="You help the operations team. Answer briefly, and say when you are not sure."
            help="The agent’s role, what it knows and how it should answer." />
        <div class="form__pair">
            <${SelectField} form=${form} name="provider_id" label="Provider" options=${[["", "None yet"], ...providers.map(({ id, name }) => [id, name])]} />
            <${TextField} form=${form} name="model" label="Model" optional autocomplete="off" spellcheck=${false} mono most=${200}
                placeholder=${provider?.default_model || "Provider default"} />
        </div>`;
}

/** @param {{form: import("../parts/form/form.js").Form}} props */
export function AgentTuning({ form }) {
    const number = { form, inputMode: "decimal", autocomplete: "off" };
    return html`
        <div class="form__pair">
            <${TextField} ...${number} name="temperature" label="Temperature" optional help="Lower is more predictable, higher is more creative (0–2)." />
            <${TextField} ...${number} name="top_p" label="Top p" optional help="Share of the most likely tokens to choose from (0–1)." />
        </div>
        <div class="form__pair">
            <${TextField} ...${number} name="max_tokens" label="Max answer length" optional help="In tokens." />
            <${TextField} ...${number} name="context_tokens" label="Context from the room" help="In tokens, newest messages first." />
        </div>
        <${TextField} ...${number} name="run_seconds" label="Answer time limit" help="In seconds. A longer answer is stopped; the text so far is kept." />`;
}

/** @param {{onClose: () => void, onSaved: (agent: import("../types.js").Agent) => void}} props */
export function AgentDialog({ onClose, onSaved }) {
    const form = useForm(agentValues(null));
    const providers = useProviders();
    useEffect(() => {
        if (providers.length && !form.values.provider_id) {
            form.set("provider_id", providers[0].id);
        }
    }, [providers]);
    const save = async (/** @type {typeof form.values} */ values) => {
        const handle = values.handle || values.name.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 39);
        onSaved(await saveAgent(null, { ...values, handle }));
    };
    return html`<${FormDialog} title="New agent" wide form=${form} onSubmit=${save} onClose=${onClose} action="Create agent">
        <${AgentFields} form=${form} providers=${providers} />
    </${FormDialog}>`;
}
