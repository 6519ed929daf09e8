/** The first steps of an administrator, as the server knows them. */
import { get, patch } from "../api.js";
import { may } from "../session.js";
import { createStore } from "../store.js";

/** null until they are known. @type {import("../store.js").Store<import("../types.js").FirstSteps | null>} */
export const steps = createStore(null);

/** They help, nothing depends on them: without an answer nothing is shown. */
export async function loadSteps() {
    const known = await get("/start").catch(() => null);
    if (known) {
        steps.set(known);
    }
}

/** @param {Partial<import("../types.js").FirstSteps>} marks */
export async function markSteps(marks) {
    steps.set(await patch("/start", marks));
}

/** The audit log was opened; asked once for each load of the page. */
export function noteAudit() {
    if (may("users.manage") && !steps.get()?.audit) {
        markSteps({ audit: true }).catch(() => {});
    }
}
