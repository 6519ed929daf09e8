/** Log-in and registration. A studio without an administrator says how to make one, on its server. */
import { html, useEffect } from "../dom.js";
import { Button } from "../parts/button.js";
import { TextField } from "../parts/form/field.js";
import { Form, useForm } from "../parts/form/form.js";
import { Mark } from "../parts/icon.js";
import { go, place } from "../router.js";
import { register, session, signIn } from "../session.js";
import { useStore } from "../store.js";

/** After the log-in one goes on to where one wanted to go. @param {string} page */
function addressOf(page) {
    const { path, query } = place.get();
    const wanted = path === "/login" || path === "/register" ? query.to : path + location.search;
    return page + (wanted && wanted !== "/" ? "?to=" + encodeURIComponent(wanted) : "");
}

export function Login() {
    const { setupNeeded, registrationOpen, ended } = useStore(session);
    const form = useForm({ email: "", password: "" });
    useEffect(() => {
        go(addressOf("/login"), { replace: true });
    }, []);
    return html`<${LoginCard} title="Log in to CoAgent" text="Rooms for people and agents.">
        ${setupNeeded && html`<div class="note" role="status">This studio has no administrator yet. Create one on its server, then log in here:
            <p><code>sudo coagentctl create-admin --email you@example.com</code></p></div>`}
        ${ended && html`<p class="note" role="status">Your session has ended. Log in to continue where you left off.</p>`}
        <${Form} form=${form} onSubmit=${signIn} class="login__form">
            <${TextField} form=${form} name="email" label="Email" type="email" autocomplete="username" inputMode="email" autofocus />
            <${TextField} form=${form} name="password" label="Password" type="password" autocomplete="current-password" />
            <${Button} type="submit" kind="primary" wide busy=${form.busy}>Log in</${Button}>
        </${Form}>
        ${registrationOpen && html`<p class="login__other">New here? <a href=${addressOf("/register")}>Create an account</a></p>`}
    </${LoginCard}>`;
}

export function Register() {
    const { registrationOpen } = useStore(session);
    const form = useForm({ name: "", email: "", password: "" });
    if (!registrationOpen) {
        return html`<${LoginCard} title="Registration is closed" text="Ask an administrator to create an account for you.">
            <p class="login__other"><a href=${addressOf("/login")}>Back to the log-in</a></p></${LoginCard}>`;
    }
    return html`<${LoginCard} title="Create your account" text="Then join your team’s rooms.">
        <${Form} form=${form} onSubmit=${register} class="login__form">
            <${TextField} form=${form} name="name" label="Name" most=${80} autocomplete="name" placeholder="Ada Lovelace" autofocus />
            <${TextField} form=${form} name="email" label="Email" type="email" autocomplete="username" inputMode="email" />
            <${TextField} form=${form} name="password" label="Password" type="password" autocomplete="new-password"
                help="At least 10 characters. A few unrelated words work well." />
            <${Button} type="submit" kind="primary" wide busy=${form.busy}>Create account</${Button}>
        </${Form}>
        <p class="login__other">Already have an account? <a href=${addressOf("/login")}>Log in</a></p>
    </${LoginCard}>`;
}

/** @param {{title: string, text: string, children?: unknown}} props */
function LoginCard({ title, text, children }) {
    useEffect(() => {
        document.title = `${title} · CoAgent`;
    }, [title]);
    return html`<main class="login"><div class="login__card">
        <div class="login__brand"><${Mark} size=${44} /><div><h1>${title}</h1><p>${text}</p></div></div>
        ${children}
    </div></main>`;
}
