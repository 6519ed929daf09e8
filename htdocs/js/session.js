/** The logged-in user, their permissions and their theme. */
import { call, get, onOtherUser, onSignedOut, onStorage, pageUser, post, setCsrf, setPageUser } from "./api.js";
import { createStore } from "./store.js";

/** @typedef {import("./types.js").User} User */

/**
 * @type {import("./store.js").Store<{state: "unknown" | "away" | "out" | "in", user: User | null, ended: boolean, foreign: boolean,
 *   full: boolean, registrationOpen: boolean, setupNeeded: boolean}>}
 */
export const session = createStore({
    state: "unknown", user: null, ended: false, foreign: false, full: false, registrationOpen: false, setupNeeded: false,
});

/** The logged-in user. Only for pages behind the log-in. @returns {User} */
export const me = () => /** @type {User} */ (session.get().user);

/** Asks the server who we are. */
export async function loadSession() {
    try {
        let status = await get("/status");
        if (!status.authenticated && (await renewed())) {
            status = await get("/status");
        }
        take(status);
    } catch {
        session.patch({ state: "away" });
    }
}

/** The access token may have run out while the refresh token lives. A visitor who never logged in is not asked. */
async function renewed() {
    if (!localStorage.getItem("coagent.known")) {
        return false;
    }
    return call("POST", "/auth/refresh", { body: {} }).then(() => true, (problem) => problem.status === 409);
}

/** @param {any} status the answer of /api/status */
function take(status) {
    if (status.user && pageUser() && pageUser() !== status.user.id) {
        location.reload(); // what the page holds is of the user before
        return;
    }
    setCsrf(status.csrf_token);
    if (status.user) {
        setPageUser(status.user.id);
        localStorage.setItem("coagent.known", "1");
        applyTheme(status.user.theme);
    }
    session.patch({
        state: status.user ? "in" : "out", user: status.user || null, ended: false,
        registrationOpen: Boolean(status.registration_open), setupNeeded: Boolean(status.setup_needed),
    });
}

/** @param {{email: string, password: string}} values */
export async function signIn(values) {
    await post("/auth/login", values);
    take(await get("/status"));
}

/** @param {{email: string, name: string, password: string}} values */
export async function register(values) {
    await post("/auth/register", values);
    const status = await get("/status");
    if (status.user) {
        take(status);
    } else {
        await signIn({ email: values.email, password: values.password });
    }
}

/** Ends the session on the server, then starts from a clean page: nothing of one user is left for the next. */
export async function signOut() {
    await post("/auth/logout").catch(() => {});
    localStorage.removeItem("coagent.known");
    location.assign("/login");
}

onSignedOut(() => {
    localStorage.removeItem("coagent.known");
    setCsrf("");
    if (session.get().state === "in") {
        session.patch({ state: "out", user: null, ended: true });
    }
});

onOtherUser(() => session.patch({ foreign: true }));
onStorage((full) => full !== session.get().full && session.patch({ full }));

/** @param {string} permission */
export function may(permission) {
    const { user } = session.get();
    return Boolean(user && (user.role === "admin" || user.permissions.includes(permission)));
}

/** Shows a theme at once and keeps it for the next first paint. @param {string} theme */
export function applyTheme(theme) {
    localStorage.setItem("coagent.theme", theme || "system");
    window.dispatchEvent(new Event("coagent:theme"));
}

/** @param {User} user as the server answered it */
export function setUser(user) {
    applyTheme(user.theme);
    session.patch({ user });
}
