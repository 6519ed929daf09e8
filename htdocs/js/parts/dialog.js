/** A modal dialog on the native element: it keeps the focus inside and gives it back. */
import { classes, html, useId, useLayoutEffect, useRef, useState } from "../dom.js";
import { Button } from "./button.js";
import { Form, useForm } from "./form/form.js";
import { TextField } from "./form/field.js";

/**
 * @param {{title: string, onClose: () => void, wide?: boolean, children?: unknown, class?: string, bare?: boolean}} props
 *   bare: no header; the title is its name for screen readers
 */
export function Dialog({ title, onClose, wide, children, class: more, bare }) {
    const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
    const id = useId("dialog");
    useLayoutEffect(() => {
        const before = /** @type {HTMLElement | null} */ (document.activeElement);
        const dialog = /** @type {HTMLDialogElement} */ (element.current);
        dialog.showModal();
        /** @type {HTMLElement | null} */ (dialog.querySelector("[data-autofocus]"))?.focus();
        return () => {
            dialog.close();
            before?.focus?.();
        };
    }, []);
    const cancel = (/** @type {Event} */ event) => {
        event.preventDefault();
        onClose();
    };
    const outside = (/** @type {MouseEvent} */ event) => event.target === element.current && onClose();
    return html`<dialog ref=${element} class=${classes("dialog", wide && "dialog--wide", more)} aria-labelledby=${bare ? undefined : id}
        aria-label=${bare ? title : undefined} onCancel=${cancel} onMouseDown=${outside}>
        ${!bare && html`<header class="dialog__header">
            <h2 class="dialog__title" id=${id}>${title}</h2>
            <${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} />
        </header>`}
        ${children}
    </dialog>`;
}

/**
 * A dialog around one form.
 * @param {{title: string, form: import("./form/form.js").Form, onSubmit: (values: any) => Promise<unknown>, onClose: () => void,
 *   action: string, danger?: boolean, wide?: boolean, disabled?: boolean, children?: unknown}} props
 */
export function FormDialog({ title, form, onSubmit, onClose, action, danger, wide, disabled, children }) {
    return html`<${Dialog} title=${title} onClose=${onClose} wide=${wide}>
        <${Form} form=${form} onSubmit=${onSubmit} class="dialog__form">
            <div class="dialog__body">${children}</div>
            <div class="dialog__actions">
                <${Button} onClick=${onClose}>Cancel</${Button}>
                <${Button} type="submit" kind=${danger ? "danger" : "primary"} busy=${form.busy} disabled=${disabled}>${action}</${Button}>
            </div>
        </${Form}>
    </${Dialog}>`;
}

/**
 * A dangerous action: says what will be lost; with a phrase, the second gesture is typing it.
 * @param {{title: string, lost: unknown, action: string, phrase?: string, onConfirm: () => Promise<unknown>, onClose: () => void}} props
 */
export function ConfirmDialog({ title, lost, action, phrase, onConfirm, onClose }) {
    const form = useForm({ phrase: "" });
    const [done, setDone] = useState(false);
    const confirm = async () => {
        await onConfirm();
        setDone(true);
        onClose();
    };
    const ready = !phrase || form.values.phrase.trim().toLowerCase() === phrase.toLowerCase();
    return html`<${FormDialog} title=${title} form=${form} onSubmit=${confirm} onClose=${onClose} action=${action} danger
        disabled=${!ready || done}>
        <p>${lost}</p>
        ${phrase && html`<${TextField} form=${form} name="phrase" label=${`Type “${phrase}” to confirm`} autocomplete="off"
            data-autofocus />`}
    </${FormDialog}>`;
}
