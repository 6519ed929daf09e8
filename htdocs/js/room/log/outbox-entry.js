/** A message on its way: dimmed while it is sent; when that failed it keeps its text and offers to try again. */
import { html } from "../../dom.js";
import { Avatar } from "../../parts/avatar.js";
import { Button } from "../../parts/button.js";
import { Markdown } from "../../parts/markdown.js";
import { me } from "../../session.js";
import { discardMessage, retryMessage } from "./outbox.js";
import { Head } from "./post.js";

/** @param {{room: string, entry: import("./outbox.js").OutboxEntry, context: any}} props */
export function OutboxPost({ room, entry, context }) {
    const failed = entry.state === "failed";
    return html`<article class=${failed ? "post post--head" : "post post--head post--sending"} tabindex="-1"
        aria-label=${failed ? "Your message was not sent" : "Sending your message"}>
        <div class="post__side"><${Avatar} of=${me()} /></div>
        <div class="post__content">
            <${Head} author=${me()} at=${entry.at} />
            <div class="post__body"><${Markdown} text=${entry.text} handles=${context.handles} myId=${me().id} /></div>
            ${failed && html`<div class="post__failed" role="alert">
                <p>${why(entry)}</p>
                <${Button} small icon="refresh" onClick=${() => retryMessage(room, entry.key)}>Retry</${Button}>
                <${Button} small kind="quiet" onClick=${() => { discardMessage(room, entry.key); context.onTakeBack(entry.text); }}>Edit</${Button}></div>`}
        </div>
    </article>`;
}

/** @param {import("./outbox.js").OutboxEntry} entry */
const why = ({ unheard, busy, problem }) =>
    unheard ? `Waiting for ${busy ? "the server" : "connection"} – will send automatically.` : `Not sent. ${problem}`;
