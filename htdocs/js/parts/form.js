/** The state of a form: values, what is wrong with which field, whether it is being sent; note: shown on top of it. */
/** @typedef {ReturnType<typeof useForm>} Form */
/** @typedef {{label?: string, text?: (value: any) => string, choices?: Record<string, string>}} About how a field reads */
import { html, useRef, useState } from "../dom.js";
import { ProblemNote } from "./problem.js";

/**
 * @template {Record<string, any>} T
 * @param {T} initial
 */
export function useForm(initial) {
    const [values, setValues] = useState(initial);
    const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
    const [problem, setProblem] = useState(/** @type {import("../api.js").ApiProblem | null} */ (null));
    const [busy, setBusy] = useState(false);
    const element = useRef(/** @type {HTMLFormElement | null} */ (null));
    /** What the components of the fields tell about them. */
    const about = useRef(/** @type {Record<string, About>} */ ({}));

    const set = (/** @type {string} */ name, /** @type {any} */ value) => {
        setValues((old) => ({ ...old, [name]: value }));
        setErrors(({ [name]: _, ...others }) => others);
    };

    /** Runs the work with the values; problems go to their fields, the first of which gets the focus. */
    const submit = async (/** @type {(values: T) => Promise<unknown>} */ work) => {
        setBusy(true);
        setProblem(null);
        setErrors({});
        try {
            return await work(values);
        } catch (caught) {
            const fields = caught.fields || {};
            const known = Object.keys(fields).filter((name) => name in values);
            setErrors(fields);
            setProblem(known.length && known.length === Object.keys(fields).length ? null : caught);
            requestAnimationFrame(() => /** @type {any} */ (element.current?.querySelector("[aria-invalid=true]"))?.focus());
            return undefined;
        } finally {
            setBusy(false);
        }
    };
    const changed = JSON.stringify(values) !== JSON.stringify(initial);
    return { values, set, setValues, errors, setErrors, problem, busy, submit, element, changed, about, note: /** @type {any} */ (null) };
}

/** @param {{form: import("./form.js").Form, onSubmit: (values: any) => Promise<unknown>, class?: string, children?: unknown}} props */
export function Form({ form, onSubmit, class: name = "form", children }) {
    const submit = (/** @type {Event} */ event) => {
        event.preventDefault();
        form.submit(onSubmit);
    };
    return html`<form class=${name} ref=${form.element} onSubmit=${submit} novalidate>
        ${form.note}
        ${form.problem && html`<${ProblemNote} problem=${form.problem} />`}
        ${children}
    </form>`;
}
