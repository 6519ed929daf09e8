/* Runs before the first paint, so that no page ever flashes in the wrong colours: the last theme of this browser is
 * kept in localStorage; the profile's theme replaces it as soon as the session is known (js/session.js). */
(function () {
    "use strict";
    const dark = window.matchMedia("(prefers-color-scheme: dark)");

    function stored() {
        try {
            return localStorage.getItem("coagent.theme") || "system";
        } catch {
            return "system";
        }
    }

    function apply() {
        const theme = stored();
        const shown = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
        document.documentElement.dataset.theme = shown;
    }

    apply();
    dark.addEventListener("change", apply);
    window.addEventListener("storage", apply);
    window.addEventListener("coagent:theme", apply);
})();
