import { patchOver } from "../api.js";
import { html } from "../dom.js";
import { Button } from "../parts/button.js";
import { tell } from "../parts/toast.js";
import { applyTheme, me, session, setUser } from "../session.js";
import { useStore } from "../store.js";

/** @type {Record<string, import("../types.js").User["theme"]>} */
const NEXT = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: "system", light: "sun", dark: "moon" };
const WORDS = { system: "system", light: "light", dark: "dark" };

/** Shows the theme at once, then keeps it in the profile; shows the old one again if that fails. @param {import("../types.js").User["theme"]} theme */
export async function chooseTheme(theme) {
    const before = me();
    applyTheme(theme);
    session.patch({ user: { ...before, theme } });
    try {
        setUser(await patchOver("/profile", { theme, version: before.version }));
    } catch (problem) {
        setUser(before);
        tell(problem.message, true);
    }
}

export function ThemeButton() {
    const theme = /** @type {keyof typeof NEXT} */ (useStore(session, ({ user }) => user?.theme || "system"));
    return html`<${Button} kind="quiet" small icon=${ICONS[theme]} label=${`Theme: ${WORDS[theme]}. Change`}
        onClick=${() => chooseTheme(NEXT[theme])} />`;
}
