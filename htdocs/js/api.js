/** The HTTP API: CSRF, silent refresh of the session, patience with a database that is away, typed problems. */

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const PATIENCE = 4;
/** How long a question may remain without an answer: longer than the server works on one. */
const GET_MS = 60000;
const OTHER_USER = "urn:coagent:problem:other-user";
const STORAGE_FULL = "urn:coagent:problem:storage-full";

/** An error from an RFC 9457 problem document or from the network. */
export class ApiProblem extends Error {
    /**
     * @param {number} status 0 when the server could not be reached
     * @param {{title?: string, detail?: string, type?: string, instance?: string, errors?: {field: string, message: string}[],
     *   current?: any}} body
     * @param {number} retryAfter seconds, 0 when not given
     */
    constructor(status, body, retryAfter = 0) {
        super(body.detail || body.title || "Something went wrong.");
        this.status = status;
        this.title = body.title || "";
        this.type = body.type || "about:blank";
        this.requestId = (body.instance || "").replace(/^urn:uuid:/, "");
        this.retryAfter = retryAfter;
        /** After an edit that was based on an older version: the object as it is now. */
        this.current = body.current;
        /** @type {Record<string, string>} */
        this.fields = Object.fromEntries((body.errors || []).map(({ field, message }) => [field, message]));
    }
}

let csrf = "";
let signedOut = () => {};
let page = "";
let otherUser = () => {};
let storage = (/** @type {boolean} */ full) => void full;
/** @type {ApiProblem | null} the refusal after which this page sends nothing more */
let foreign = null;
/** @type {Promise<boolean> | null} */
let refreshing = null;

/** @param {string | null} token */
export function setCsrf(token) {
    csrf = token || "";
}

/** Every request says for whom this page was loaded; the server refuses it when another user has logged in to this browser
 * meanwhile. @param {string} id */
export function setPageUser(id) {
    page = id;
}

/** The user of this page, or "". */
export const pageUser = () => page;

/** Whether another user has logged in to this browser: nothing of this page reaches the server any more. */
export const isForeign = () => Boolean(foreign);

/** Sets the listener for that moment. @param {() => void} listener */
export function onOtherUser(listener) {
    otherUser = listener;
}

/** Sets the listener for a session that has ended and cannot be renewed. @param {() => void} listener */
export function onSignedOut(listener) {
    signedOut = listener;
}

/** Sets the listener for writes: true, the server has no room to store anything; false, it has stored something.
 * @param {(full: boolean) => void} listener */
export function onStorage(listener) {
    storage = listener;
}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * One call below /api. Resolves with the JSON document (null for 204), rejects with an ApiProblem.
 * @param {string} method
 * @param {string} path
 * @param {{body?: any, key?: string, signal?: AbortSignal, exact?: boolean, bytes?: boolean, limit?: number}} [options] body: a
 *   document, or a Blob that is sent as it is; key: Idempotency-Key; exact: see parseExactly; bytes: the answer is an
 *   ArrayBuffer; limit: milliseconds after which the server counts as unreachable
 * @returns {Promise<any>}
 */
export async function call(method, path, options = {}) {
    for (let attempt = 0; ; attempt++) {
        if (foreign) {
            throw foreign;
        }
        const started = Date.now();
        const response = await send(method, path, options);
        if (response.ok) {
            if (UNSAFE.has(method)) {
                storage(false);
            }
            return response.status === 204 ? null : await readBody(response, options);
        }
        const problem = await readProblem(response);
        if (attempt < PATIENCE && (await mend(problem, method, path, attempt, started))) {
            continue;
        }
        throw problem;
    }
}

/**
 * JSON in which integers that a Number would round keep their digits, for what is only shown: JSON.stringify writes them as
 * they were. Browsers without JSON.rawJSON round them.
 * @param {string} text
 */
export function parseExactly(text) {
    const { rawJSON } = /** @type {any} */ (JSON);
    const keep = (/** @type {string} */ _, /** @type {any} */ value, /** @type {{source: string}} */ { source }) =>
        typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) ? rawJSON(source) : value;
    return rawJSON ? JSON.parse(text, /** @type {any} */ (keep)) : JSON.parse(text);
}

/** @param {string} path @param {AbortSignal} [signal] */
export const get = (path, signal) => call("GET", path, { signal });
/** @param {string} path @param {any} [body] @param {string} [key] */
export const post = (path, body, key) => call("POST", path, { body, key });
/** @param {string} path @param {any} body */
export const patch = (path, body) => call("PATCH", path, { body });
/**
 * Sets a value that does not depend on what it was, such as a switch: somebody else's change of another value is no reason
 * to ask. @param {string} path @param {any} body with the version that was seen
 */
export const patchOver = (path, body) => patch(path, body).catch((problem) => {
    if (!problem.current) {
        throw problem;
    }
    return patch(path, { ...body, version: problem.current.version });
});
/** @param {string} path @param {any} body */
export const put = (path, body) => call("PUT", path, { body });
/** @param {string} path */
export const remove = (path) => call("DELETE", path);

/**
 * "?a=1&b=2" of the values that are set.
 * @param {Record<string, string | number | null | undefined>} values
 */
export function query(values) {
    const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
    return set.length ? "?" + new URLSearchParams(set.map(([name, value]) => [name, String(value)])) : "";
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: any, key?: string, signal?: AbortSignal, limit?: number}} options
 */
async function send(method, path, { body, key, signal, limit = method === "GET" ? GET_MS : 0 }) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    const raw = body instanceof Blob;
    if (body !== undefined) {
        headers["Content-Type"] = raw ? "text/plain" : "application/json";
    }
    if (page) {
        headers["X-Page-User"] = page;
    }
    if (UNSAFE.has(method) && csrf) {
        headers["X-CSRF-Token"] = csrf;
    }
    if (key) {
        headers["Idempotency-Key"] = key;
    }
    try {
        return await fetch("/api" + path, {
            method, headers, signal: bounded(signal, limit), credentials: "same-origin", cache: "no-store",
            body: body === undefined || raw ? body : JSON.stringify(body),
        });
    } catch (error) {
        throw unreached(error, signal);
    }
}

/** A signal that aborts with another one, or after so many milliseconds: a connection that is dead but open never answers.
 * @param {AbortSignal | undefined} signal @param {number} limit 0: none */
function bounded(signal, limit) {
    if (!limit) {
        return signal;
    }
    const own = new AbortController();
    setTimeout(() => own.abort(), limit);
    signal?.addEventListener("abort", () => own.abort(), { once: true });
    if (signal?.aborted) {
        own.abort();
    }
    return own.signal;
}

/** @param {Response} response @param {{exact?: boolean, bytes?: boolean, signal?: AbortSignal}} options */
async function readBody(response, { exact, bytes, signal }) {
    try {
        if (bytes) {
            return await response.arrayBuffer();
        }
        return exact ? parseExactly(await response.text()) : await response.json();
    } catch (error) {
        throw unreached(error, signal);
    }
}

/** What a call without a whole answer throws: the caller has given it up, or the server was not reached.
 * @param {unknown} error @param {AbortSignal} [signal] the caller's */
function unreached(error, signal) {
    return signal?.aborted ? error : new ApiProblem(0, { detail: "Can’t reach the server. Check your connection and try again." });
}

/** @param {Response} response */
async function readProblem(response) {
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    const body = await response.json().catch(() => ({}));
    const requestId = response.headers.get("X-Request-Id");
    return new ApiProblem(response.status, { instance: requestId || "", ...body }, retryAfter);
}

/**
 * Whether the reason of a failure could be removed, so that the same call is worth another try.
 * @param {ApiProblem} problem
 * @param {string} method
 * @param {string} path
 * @param {number} attempt
 * @param {number} started
 */
async function mend(problem, method, path, attempt, started) {
    if (problem.type === OTHER_USER) {
        foreign = problem;
        otherUser();
        return false;
    }
    if (problem.type === STORAGE_FULL) {
        storage(true);
        return false;
    }
    if (problem.status === 401 && attempt === 0 && !path.startsWith("/auth/")) {
        return refresh(started);
    }
    if (problem.status === 403 && attempt === 0 && UNSAFE.has(method)) {
        return renewCsrf();
    }
    if (problem.status === 503 && method === "GET") {
        await pause(Math.min(problem.retryAfter || 1, 5) * 1000);
        return true;
    }
    return false;
}

/** The token may be another one after a log-in in another tab. True when it was. */
async function renewCsrf() {
    const before = csrf;
    const response = await send("GET", "/status", {});
    const status = response.ok ? await response.json() : {};
    if (page && status.user && status.user.id !== page) {
        return true; // the repeated call is refused, and says why
    }
    setCsrf(status.csrf_token);
    return Boolean(csrf) && csrf !== before;
}

/**
 * Renews the session once for all calls and all tabs of this browser. True when the session lives.
 * @param {number} since when the failed call was made: a renewal after it, by any tab, is good for it
 */
export function refresh(since) {
    refreshing ??= alone(async () => {
        if (Number(localStorage.getItem("coagent.refreshed")) > since) {
            return true;
        }
        const response = await send("POST", "/auth/refresh", { body: {} });
        // 409: another tab was faster, its cookies are ours as well.
        if (response.ok || response.status === 409) {
            localStorage.setItem("coagent.refreshed", String(Date.now()));
            await renewCsrf();
            return true;
        }
        if (response.status === 401 || response.status === 403) {
            signedOut();
            return false;
        }
        throw await readProblem(response);
    }).finally(() => {
        refreshing = null;
    });
    return refreshing;
}

/**
 * Runs the work in one tab at a time, where the browser can (navigator.locks needs https or localhost).
 * @param {() => Promise<boolean>} work
 * @returns {Promise<boolean>}
 */
async function alone(work) {
    return navigator.locks ? navigator.locks.request("coagent.refresh", work) : work();
}
