/** The colours that the other colours of a log must be read on; they change with the theme. */
import { useEffect, useState } from "../dom.js";

/** @param {{current: any}} box an element of the log */
export function useLogTheme(box) {
    const [theme, setTheme] = useState({ ground: "#ffffff", ink: "#000000" });
    useEffect(() => {
        const read = () => {
            const style = getComputedStyle(box.current);
            setTheme({ ground: style.getPropertyValue("--log-ground").trim(), ink: style.getPropertyValue("--log-ink").trim() });
        };
        read();
        const watch = new MutationObserver(read);
        watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
        return () => watch.disconnect();
    }, []);
    return theme;
}
