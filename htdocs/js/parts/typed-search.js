/** A search that begins when the typing pauses, kept in the address. */
import { html, useEffect, useState } from "../dom.js";
import { setQuery } from "../router.js";
import { SearchField } from "./field.js";

const PAUSE_MS = 250;

/** @param {{label: string, name: string, value: string}} props name: in the address */
export function TypedSearch({ label, name, value }) {
    const [text, setText] = useState(value);
    useEffect(() => {
        const timer = setTimeout(() => text !== value && setQuery({ [name]: text }), PAUSE_MS);
        return () => clearTimeout(timer);
    }, [text]);
    useEffect(() => setText(value), [value]);
    return html`<${SearchField} label=${label} value=${text} onInput=${setText} />`;
}
