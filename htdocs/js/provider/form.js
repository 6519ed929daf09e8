/** The form of a model endpoint. The key goes one way: it is never shown again. */
import { patch, post } from "../api.js";
import { html, useState } from "../dom.js";
import { FormDialog } from "../parts/dialog.js";
import { SelectField, TextField } from "../parts/form/field.js";
import { useEdit } from "../parts/form/edit.js";

/** Addresses that people would look up. @type {[string, string][]} */
const KNOWN = [
    ["OpenAI", "https://api.openai.com/v1"], ["DeepSeek", "https://api.deepseek.com/v1"], ["Ollama", "http://127.0.0.1:11434/v1"],
    ["llama.cpp", "http://127.0.0.1:8080/v1"], ["vLLM", "http://127.0.0.1:8000/v1"],
];

/** @param {import("../types.js").Provider | null} provider */
const valuesOf = (provider) => ({
    name: provider?.name || "", kind: provider?.kind || "openai", base_url: provider?.base_url || "", key: "", default_model: provider?.default_model || "",
    price_prompt: String(provider?.price_prompt ?? 0), price_completion: String(provider?.price_completion ?? 0),
});

/** @param {{provider: import("../types.js").Provider, onClose: () => void, onSaved: (provider: import("../types.js").Provider) => void}} props provider null: a new one */
export function ProviderDialog({ provider, onClose, onSaved }) {
    const [forget, setForget] = useState(false);
    const form = useEdit(provider, valuesOf);
    const { values, set } = form;
    const save = async (/** @type {typeof form.values} */ { key, ...rest }, /** @type {import("../types.js").Provider} */ seen) => {
        const body = { ...rest, price_prompt: Number(rest.price_prompt), price_completion: Number(rest.price_completion), ...(forget ? { key: null } : key ? { key } : {}) };
        const saved = seen ? await patch(`/providers/${seen.id}`, { ...body, version: seen.version }) : await post("/providers", body);
        onSaved(saved);
        return saved;
    };
    const fill = (/** @type {string} */ name, /** @type {string} */ url) => {
        set("base_url", url);
        if (!values.name) {
            set("name", name);
        }
    };
    return html`<${FormDialog} title=${provider ? `Edit ${provider.name}` : "New provider"} wide form=${form} onSubmit=${save} onClose=${onClose} action=${provider ? "Save" : "Create provider"}>
        <div class="form__pair">
            <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="off" data-autofocus />
            <${SelectField} form=${form} name="kind" label="Kind" options=${[["openai", "OpenAI-compatible endpoint"], ["command", "Built-in commands"]]} />
        </div>
        ${values.kind === "openai" ? html`
            <${TextField} form=${form} name="base_url" label="Base URL" type="url" inputMode="url" autocomplete="off" placeholder="https://api.openai.com/v1" most=${500} mono
                help=${html`Including the version (/v1), for example${" "}
                    ${KNOWN.map(([name, url], index) => html`${index ? ", " : ""}<button type="button" class="link" onClick=${() => fill(name, url)}>${name}</button>`)}.`} />
            <${TextField} form=${form} name="key" label="API key" type="password" autocomplete="off" optional most=${500} disabled=${forget}
                help=${provider?.has_key ? "A key is stored. Leave empty to keep it. Enter it again if you change the server." : "Stored encrypted and never shown again."} />
            ${provider?.has_key && html`<label class="check"><input type="checkbox" checked=${forget} onChange=${() => setForget(!forget)} /><span>Remove the stored key</span></label>`}
            <${TextField} form=${form} name="default_model" label="Default model" optional most=${200} autocomplete="off" spellcheck=${false} mono help="Used when an agent doesn’t specify a model." />
            <div class="form__pair">
                <${TextField} form=${form} name="price_prompt" label="Input price (USD per 1M tokens)" inputMode="decimal" autocomplete="off" />
                <${TextField} form=${form} name="price_completion" label="Output price (USD per 1M tokens)" inputMode="decimal" autocomplete="off" />
            </div>` : html`<p class="note">Answers commands such as /help and /count without a language model.</p>`}
    </${FormDialog}>`;
}
