/** The state of a form: values, what is wrong with which field, whether it is being sent; note: shown on top of it. */
/** @typedef {ReturnType<typeof useForm>} Form */
/** @typedef {{label?: string, text?: (value: any) => string, choices?: Record<string, string>, secret?: boolean}} About
 *   how a field reads; secret: it is kept nowhere */
import { pageUser } from "../../api.js";
import { html, useEffect, useListener, useMemo, useRef, useState } from "../../dom.js";
import { hold, release } from "../../keep.js";
import { place, setQuery } from "../../router.js";
import { useStore } from "../../store.js";
import { ProblemNote } from "../problem.js";

/** What was typed before the page was loaded again, over what the form begins with now. @param {any} initial @param {any} held */
function typedAgain(initial, held) {
    const typed = Object.keys(initial).filter((name) => held?.values[name] !== undefined
        && JSON.stringify(held.values[name]) !== JSON.stringify(held.before[name]));
    return { ...initial, ...Object.fromEntries(typed.map((name) => [name, held.values[name]])) };
}

/**
 * @template {Record<string, any>} T
 * @param {T} initial
 * @param {string} [of] the id of the object that it edits
 */
export function useForm(initial, of = "") {
    const name = useRef(`${pageUser()}.${location.pathname}.${of}.${Object.keys(initial).join()}`).current;
    const held = useRef(useMemo(() => release(name), [])).current;
    const [values, setValues] = useState(() => /** @type {T} */ (typedAgain(initial, held)));
    const [errors, setErrors] = useState(/** @type {Record<string, string>} */ ({}));
    const [problem, setProblem] = useState(/** @type {import("../../api.js").ApiProblem | null} */ (null));
    const [busy, setBusy] = useState(false);
    const element = useRef(/** @type {HTMLFormElement | null} */ (null));
    /** What the components of the fields tell about them. */
    const about = useRef(/** @type {Record<string, About>} */ ({}));

    const set = (/** @type {string} */ field, /** @type {any} */ value) => {
        setValues((old) => ({ ...old, [field]: value }));
        setErrors(({ [field]: _, ...others }) => others);
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
            const known = Object.keys(fields).filter((one) => one in values);
            setErrors(fields);
            setProblem(known.length && known.length === Object.keys(fields).length ? null : caught);
            requestAnimationFrame(() => /** @type {any} */ (element.current?.querySelector("[aria-invalid=true]"))?.focus());
            return undefined;
        } finally {
            setBusy(false);
        }
    };
    const changed = JSON.stringify(values) !== JSON.stringify(initial);
    useListener(window, "coagent:reload", () => {
        if (changed) {
            const open = Object.keys(values).filter((one) => !about.current[one]?.secret);
            hold(name, { before: initial, values: Object.fromEntries(open.map((one) => [one, values[one]])) });
        }
    });
    const note = /** @type {any} */ (null);
    return { values, set, setValues, errors, setErrors, problem, busy, submit, element, changed, about, held, note };
}

/** "?field=topic": the cursor goes into that field, once. A button that opens a form for one field says so; what is typed next would
 * otherwise reach the keys of the page. @param {import("./form.js").Form["element"]} element */
function useFieldOfAddress(element) {
    const { query: { field } } = useStore(place);
    useEffect(() => {
        const control = field && element.current.elements.namedItem(field);
        if (control instanceof HTMLElement) {
            control.focus();
            setQuery({ field: null });
        }
    }, [field]);
}

/** @param {{form: import("./form.js").Form, onSubmit: (values: any) => Promise<unknown>, class?: string, children?: unknown}} props */
export function Form({ form, onSubmit, class: name = "form", children }) {
    useFieldOfAddress(form.element);
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
