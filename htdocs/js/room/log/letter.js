/** A message on its way: dimmed while it is sent; when that failed it keeps its text and offers to try again. */
import { html } from "../../dom.js";
import { Avatar } from "../../parts/avatar.js";
import { Button } from "../../parts/button.js";
import { Markdown } from "../../parts/markdown.js";
import { me } from "../../session.js";
import { discardMessage, retryMessage } from "./outbox.js";
import { Head } from "./post.js";

/** @param {{room: string, letter: import("./outbox.js").Letter, context: any}} props */
export function LetterPost({ room, letter, context }) {
    const failed = letter.state === "failed";
    return html`<article class=${failed ? "post post--head" : "post post--head post--sending"} tabindex="-1"
        aria-label=${failed ? "Your message was not sent" : "Sending your message"}>
        <div class="post__side"><${Avatar} of=${me()} /></div>
        <div class="post__content">
            <${Head} author=${me()} at=${letter.at} />
            <div class="post__body"><${Markdown} text=${letter.text} handles=${context.handles} myId=${me().id} /></div>
            ${failed && html`<div class="post__failed" role="alert">
                <p>${letter.unheard ? "Not sent yet. It goes as soon as the server can be reached." : `Not sent. ${letter.problem}`}</p>
                <${Button} small icon="refresh" onClick=${() => retryMessage(room, letter.key)}>Send again</${Button}>
                <${Button} small kind="quiet" onClick=${() => { discardMessage(room, letter.key); context.onTakeBack(letter.text); }}>Back to the composer</${Button}></div>`}
        </div>
    </article>`;
}
