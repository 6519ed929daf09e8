// People who use the API directly: to prepare what a test looks at, and to be the other side of a conversation.
import { studio } from "./studio.js";

const PASSWORD = "correct horse battery staple";
let counter = 0;

export class Person {
    /** @type {Record<string, string>} */
    cookies = {};
    csrf = "";
    /** @type {any} */
    user = null;

    /**
     * One call below /api; throws when it is refused.
     * @param {string} method
     * @param {string} path
     * @param {any} [body]
     * @returns {Promise<any>}
     */
    async call(method, path, body) {
        const response = await fetch(studio().url + "/api" + path, {
            method,
            headers: {
                Cookie: Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join("; "),
                ...(body === undefined ? {} : { "Content-Type": "application/json" }),
                ...(this.csrf ? { "X-CSRF-Token": this.csrf } : {}),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        // all cookies in one line: the Node.js of Debian 12 cannot give them one by one
        for (const line of (response.headers.get("set-cookie") || "").split(/, *(?=[^;,= ]+=)/).filter(Boolean)) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) || [];
            this.cookies[name] = value;
        }
        const text = await response.text();
        if (!response.ok) {
            throw new Error(`${method} ${path}: ${response.status} ${text}`);
        }
        return text ? JSON.parse(text) : null;
    }

    /** Edits what there is now. @param {string} path @param {any} changes */
    async edit(path, changes) {
        const { version } = await this.call("GET", path);
        return this.call("PATCH", path, { ...changes, version });
    }

    /** @param {string} email @param {string} password */
    async logIn(email, password) {
        await this.call("POST", "/auth/login", { email, password });
        const status = await this.call("GET", "/status");
        this.csrf = status.csrf_token;
        this.user = status.user;
        return this;
    }
}

export const admin = () => new Person().logIn(studio().admin_email, studio().admin_password);

/** A new account, logged in. @param {string} name @returns {Promise<Person & {email: string, password: string}>} */
export async function newPerson(name) {
    const email = `${name.toLowerCase().replace(/\W+/g, ".")}.${process.pid}.${++counter}@example.com`;
    await (await admin()).call("POST", "/admin/users", { email, name, password: PASSWORD });
    const person = await new Person().logIn(email, PASSWORD);
    return Object.assign(person, { email, password: PASSWORD });
}

/**
 * A room of this person with others in it.
 * @param {Person} owner
 * @param {string} name
 * @param {({user: any} | {id: string})[]} others people, or agents
 */
export async function newRoom(owner, name, others = []) {
    const room = await owner.call("POST", "/rooms", { name, visibility: "private" });
    for (const other of others) {
        await owner.call("POST", `/rooms/${room.id}/members`, { id: "user" in other ? other.user.id : other.id, role: "member" });
    }
    return room;
}

/** An agent on a provider of its own, made by the administrator. @param {string} name @param {any} provider */
export async function newAgent(name, provider) {
    const boss = await admin();
    const handle = `${name.toLowerCase()}-${process.pid}-${++counter}`;
    const made = await boss.call("POST", "/providers", { name: `${name} ${handle}`, ...provider });
    return boss.call("POST", "/agents", { name, handle, provider_id: made.id, prompt: "You answer briefly." });
}

/** @param {Person} person @param {any} room @param {string} text */
export const say = (person, room, text) => person.call("POST", `/rooms/${room.id}/messages`, { text });
