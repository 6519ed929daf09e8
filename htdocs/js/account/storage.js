/** How much the output and files of a user's runs take up. */
import { get, query } from "../api.js";
import { html } from "../dom.js";
import { bytes } from "../format.js";
import { useLoad } from "../load.js";
import { ProblemState } from "../parts/problem.js";
import { SkeletonRows } from "../parts/skeleton.js";
import { me } from "../session.js";

/** "1.2 GB of 2.0 GB" @param {import("../types.js").Storage} storage */
export const storageText = ({ used_bytes: used, quota_bytes: quota }) =>
    `${bytes(used)} ${quota === null ? "(unlimited)" : `of ${bytes(quota)}`}`;

/** One's own storage: how full it is, and what to do about it. */
export function Storage() {
    const { data, problem, reload } = useLoad((signal) => get("/profile/storage", signal), []);
    if (problem) {
        return html`<${ProblemState} small problem=${problem} onRetry=${reload} />`;
    }
    if (!data) {
        return html`<${SkeletonRows} rows=${1} />`;
    }
    const { used_bytes: used, quota_bytes: quota } = data;
    return html`<div>
        ${quota !== null && html`
            <meter class="meter" aria-label="Storage in use" min="0" max=${quota} high=${quota * 0.9} value=${used} />`}
        <p class="soft small">${storageText(data)}</p>
        ${quota !== null && used >= quota && html`<p>You cannot start runs until some storage is free: delete the output of <a
            href=${"/runs" + query({ who: me().id, kind: "script" })}>your runs</a>, or ask an administrator for more.</p>`}
    </div>`;
}
