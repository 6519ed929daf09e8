/** A search that begins when the typing pauses, kept in the address. */
import { html, useEffect, useRef, useState } from "../dom.js";
import { setQuery } from "../router.js";
import { SearchField } from "./form/field.js";

const PAUSE_MS = 250;

/** @param {{label: string, name: string, value: string}} props name: in the address */
export function TypedSearch({ label, name, value }) {
    const [text, setText] = useState(value);
    const known = useRef(value); // what the address says, or is about to say: anything else in it comes from outside
    useEffect(() => {
        const timer = setTimeout(() => {
            if (text !== known.current) {
                known.current = text;
                setQuery({ [name]: text });
            }
        }, PAUSE_MS);
        return () => clearTimeout(timer);
    }, [text]);
    useEffect(() => {
        if (value !== known.current) {
            known.current = value;
            setText(value);
        }
    }, [value]);
    return html`<${SearchField} label=${label} value=${text} onInput=${setText} />`;
}
