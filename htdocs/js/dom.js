/** The only import of Preact: components, hooks and the few things the vendored build leaves out. */
import { Component, html, render, useCallback, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState }
    from "../vendor/preact.js";

export { Component, html, render, useCallback, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState };

/** What a handler of a form's element gets. @typedef {Event & {target: HTMLInputElement}} InputEvent */

/**
 * A component that draws again only when `same` says that its properties differ.
 * @param {(props: any) => any} draw
 * @param {(a: any, b: any) => boolean} [same]
 */
export function memo(draw, same = shallowEqual) {
    return class extends Component {
        /** @param {any} next */
        shouldComponentUpdate(next) {
            return !same(this.props, next);
        }

        /** @param {any} props */
        render(props) {
            return html`<${draw} ...${props} />`;
        }
    };
}

/**
 * @param {Record<string, any>} a
 * @param {Record<string, any>} b
 */
function shallowEqual(a, b) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
}

/**
 * "post post--head": the truthy names of its arguments.
 * @param {...(string | false | null | undefined)} names
 */
export function classes(...names) {
    return names.filter(Boolean).join(" ");
}

let counter = 0;

/** An id for label and description, stable for the life of the component. @param {string} prefix */
export function useId(prefix) {
    const id = useRef("");
    if (!id.current) {
        id.current = `${prefix}-${++counter}`;
    }
    return id.current;
}

/**
 * A listener on the window or document for as long as the component is shown.
 * @param {EventTarget} target
 * @param {string} name
 * @param {(event: any) => void} listener
 * @param {AddEventListenerOptions} [options]
 */
export function useListener(target, name, listener, options) {
    const latest = useRef(listener);
    latest.current = listener;
    useEffect(() => {
        const listen = (/** @type {Event} */ event) => latest.current(event);
        target.addEventListener(name, listen, options);
        return () => target.removeEventListener(name, listen, options);
    }, [target, name]);
}
