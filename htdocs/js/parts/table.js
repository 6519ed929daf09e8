import { html } from "../dom.js";
import { Button } from "./button.js";

/**
 * @typedef {{title: string, draw: (row: any) => any, kind?: "number" | "actions"}} Column
 */

/**
 * @param {{label: string, columns: Column[], rows: any[], more?: boolean, loading?: boolean, onMore?: () => void}} props
 *   rows have an id
 */
export function Table({ label, columns, rows, more, loading, onMore }) {
    const name = (/** @type {Column} */ { kind }) => kind && `table__${kind}`;
    return html`<div>
        <div class="table-box">
            <table class="table" aria-label=${label}>
                <thead><tr>${columns.map((column) => html`<th scope="col" class=${name(column)}>
                    ${column.kind === "actions" ? html`<span class="sr-only">${column.title}</span>` : column.title}</th>`)}</tr></thead>
                <tbody>${rows.map((row) => html`<tr key=${row.id}>
                    ${columns.map((column) => html`<td class=${name(column)}>${column.draw(row)}</td>`)}</tr>`)}</tbody>
            </table>
        </div>
        ${more && html`<div class="table__more"><${Button} busy=${loading} onClick=${onMore}>Show more</${Button}></div>`}
    </div>`;
}
