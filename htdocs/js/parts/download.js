import { get } from "../api.js";
import { attempt } from "./toast.js";

/**
 * Gives a file of the API to the person, with a session that lives: a link alone could not renew it.
 * @param {string} path
 * @param {string} name
 * @param {string} of the path of the object that it belongs to, which is asked for first
 */
export const download = (path, name, of) => attempt(async () => {
    await get(of);
    Object.assign(document.createElement("a"), { href: `/api${path}`, download: name }).click();
});
