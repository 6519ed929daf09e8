/** The shape of what is coming. */
import { html } from "../dom.js";

const each = (/** @type {number} */ n) => Array.from({ length: n }, (_, index) => index);

/** @param {{rows?: number}} props */
export function SkeletonRows({ rows = 6 }) {
    return html`<div class="skeleton-rows" role="status" aria-label="Loading">
        ${each(rows).map((n) => html`<div class="skeleton-row">
            <i class="skeleton skeleton--round" /><i class="skeleton skeleton--w${n % 2 ? 60 : 85}" />
            <i class="skeleton skeleton--w${n % 3 ? 35 : 60}" /><i class="skeleton" /></div>`)}
    </div>`;
}

/** @param {{posts?: number}} props */
export function SkeletonPosts({ posts = 5 }) {
    return html`<div role="status" aria-label="Loading">
        ${each(posts).map((n) => html`<div class="skeleton-post"><i class="skeleton skeleton--round" />
            <div><i class="skeleton skeleton--w20" /><i class="skeleton skeleton--w${n % 2 ? 85 : 60}" />
            ${n % 2 === 0 && html`<i class="skeleton skeleton--w35" />`}</div></div>`)}
    </div>`;
}

/** @param {{lines?: number}} props */
export function SkeletonForm({ lines = 4 }) {
    return html`<div class="stack" role="status" aria-label="Loading">
        ${each(lines).map(() => html`<div class="stack"><i class="skeleton skeleton--w20" /><i class="skeleton skeleton--w85" /></div>`)}
    </div>`;
}
