/** A form over an object that others may change too. What was typed is never lost: a newer version of the object, from the
 * server or from the page, takes the fields that were not touched, and is shown beside those that were. */
import { html, useEffect, useMemo, useRef, useState } from "../../dom.js";
import { useForm } from "./form.js";
import { merge, same } from "./merge.js";
import { saveOver } from "./save-over.js";
import { News } from "./news.js";

/** @typedef {{id?: string, version?: number}} Versioned */
/** @typedef {import("./merge.js").Changed} Changed */

/** @type {Changed} */
const NOTHING = { both: [], theirs: [] };

/**
 * Saves; once more when somebody else has changed only what the form does not show.
 * @template {Versioned} O
 * @template T
 * @param {() => {base: O, values: T}} latest
 * @param {(values: T, based: O) => Promise<O>} work
 * @param {(object: O) => Changed} take
 * @returns {Promise<{saved?: O, sent?: T, found?: Changed}>} found: what is to be shown instead
 */
async function save(latest, work, take) {
    /** @type {T | undefined} */
    let sent;
    const { saved, found } = await saveOver(() => {
        const { base, values } = latest();
        sent = values;
        return work(values, base);
    }, (newer, last) => {
        const changes = last ? NOTHING : take(newer);
        return changes.both.length + changes.theirs.length > 0 ? changes : null;
    });
    return { saved, sent, found };
}

/**
 * The state of a form, as useForm's. What it submits gets the values and the object that they are based on, and resolves
 * with the object that was saved.
 * @template {Versioned} O
 * @template {Record<string, unknown>} T
 * @param {O | null} seen the object as the page knows it now; null: a new one
 * @param {(object: O | null) => T} valuesOf
 * @param {import("./news.js").Words} [words] how fields read whose components do not say it
 */
export function useEdit(seen, valuesOf, words = {}) {
    const [base, setBase] = useState(seen);
    const [news, setNews] = useState(/** @type {Changed} */ (NOTHING));
    const stored = useMemo(() => valuesOf(base), [base]);
    const form = useForm(stored, seen?.id);
    const latest = useRef({ base, values: form.values, both: news.both });
    latest.current = { base, values: form.values, both: news.both };
    const changed = !same(form.values, stored);

    /** The form is based on this from now on. @param {O} object @param {T} values */
    const rebase = (object, values) => {
        Object.assign(latest.current, { base: object, values });
        setBase(object);
        form.setValues(values);
    };
    /** @param {O} object a newer version @returns {Changed} */
    const take = (object) => {
        const { base: old, values } = latest.current;
        const merged = merge(valuesOf(old), values, valuesOf(object));
        rebase(object, merged.values);
        return merged;
    };
    const show = (/** @type {Changed} */ { both, theirs }) =>
        setNews((old) => ({ both: [...new Set([...old.both, ...both])], theirs: [...new Set([...old.theirs, ...theirs])] }));

    const submit = (/** @type {(values: T, based: O) => Promise<O>} */ work) => form.submit(async () => {
        if (latest.current.both.length) {
            /** @type {HTMLElement | null} */ (form.element.current?.querySelector(".news button"))?.focus();
            return undefined;
        }
        const { saved, sent, found } = await save(() => latest.current, work, take);
        if (found) {
            show(found);
            return undefined;
        }
        if (saved?.version) {
            rebase(saved, merge(sent, latest.current.values, valuesOf(saved)).values);
        }
        setNews(NOTHING);
        return saved;
    });
    useEffect(() => {
        if (!form.busy && seen && base && seen.version > base.version) {
            const found = take(seen);
            if (changed) {
                show(found);
            }
        }
    }, [seen, form.busy]);
    useEffect(() => form.held && show({ both: merge(form.held.before, form.values, stored).both, theirs: [] }), []);
    const discard = () => (form.setValues(stored), setNews(NOTHING));
    const decide = (/** @type {string} */ name, /** @type {boolean} */ taken) => {
        if (taken) {
            form.set(name, stored[name]);
        }
        setNews((old) => ({ ...old, both: old.both.filter((one) => one !== name) }));
    };
    const open = news.both.length + news.theirs.length > 0;
    const note = open && html`<${News} form=${form} news=${news} stored=${stored} words=${words} onDecide=${decide} />`;
    return { ...form, changed, submit, discard, note, base };
}
