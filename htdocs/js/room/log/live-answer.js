/** An answer that is being written: it grows in place, with a caret, and can be stopped. */
import { post } from "../../api.js";
import { html, useState } from "../../dom.js";
import { Avatar } from "../../parts/avatar.js";
import { Button } from "../../parts/button.js";
import { Markdown } from "../../parts/markdown.js";
import { attempt } from "../../parts/toast.js";
import { me } from "../../session.js";
import { useStore } from "../../store.js";
import { Head } from "./post.js";

/** @param {{answer: import("./log.js").AnswerStore, context: any}} props */
export function LiveAnswer({ answer, context }) {
    const { run, agent, state, text } = useStore(answer);
    const [stopping, setStopping] = useState(false);
    const stop = async () => {
        setStopping(true);
        if ((await attempt(() => post(`/runs/${run}/cancel`).then(() => true))) === undefined) {
            setStopping(false);
        }
    };
    const doing = stopping ? "Stopping" : text ? "" : state === "running" ? "Thinking" : "Queued…";
    return html`<article class="post post--head post--live" tabindex="-1" aria-label=${`${agent.name} is answering`} aria-busy="true">
        <div class="post__side"><${Avatar} of=${agent} alive=${state === "running"} /></div>
        <div class="post__content">
            <${Head} author=${agent} at="" />
            ${text && html`<${Markdown} live text=${text} handles=${context.handles} myId=${me().id} class="md live__caret" />`}
            <div class="live__foot">
                ${!text && html`<span class="live__dots" aria-hidden="true"><i /><i /><i /></span>`}
                ${doing && html`<span>${doing}</span>`}
                ${context.canWrite && html`<${Button} small icon="stop" disabled=${stopping} onClick=${stop}>Stop</${Button}>`}
            </div>
        </div>
    </article>`;
}
