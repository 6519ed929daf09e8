/** The cache folder of a script: whether its runs have one, what is in it, and clearing it. */
import { get, remove } from "../../api.js";
import { html, useState } from "../../dom.js";
import { bytes } from "../../format.js";
import { Button } from "../../parts/button.js";
import { Switch } from "../../parts/form/switch.js";
import { Ago } from "../../parts/time.js";
import { attempt } from "../../parts/toast.js";

const HELP = "Runs find in /cache (COAGENT_CACHE) what the last successful run left there, such as downloads. All runs of this script "
    + "share it, whoever starts them: store no secrets there. Each runner has its own, and it can be emptied at any time.";

/**
 * @param {{script: import("../../types.js").Script, form: import("../../parts/form/form.js").Form,
 *     onCleared: (script: import("../../types.js").Script) => void}} props
 */
export function CacheField({ script, form, onCleared }) {
    const [busy, setBusy] = useState(false);
    const clear = async () => {
        setBusy(true);
        await attempt(async () => {
            await remove(`/scripts/${script.id}/cache`);
            onCleared(await get(`/scripts/${script.id}`));
        }, "Cache cleared. Runs that start from now on begin with an empty one.");
        setBusy(false);
    };
    return html`<${Switch} label="Cache folder" help=${HELP} checked=${form.values.cache} disabled=${!script.editable}
            onChange=${(/** @type {boolean} */ on) => form.set("cache", on)} />
        ${script.cache && html`<div class="row"><span class="field__help">${script.cache_kept_at
            ? html`${bytes(script.cache_bytes || 0)} in use, stored <${Ago} at=${script.cache_kept_at} />` : "Empty"}</span>
            ${script.editable && html`<${Button} small busy=${busy} onClick=${clear}>Clear cache</${Button}>`}</div>`}`;
}
