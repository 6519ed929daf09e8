/** The content of files beside a script: read from the server, from the person's computer, and told apart by what it is. */
import { call, query } from "../../api.js";

/** @typedef {{text: string} | {base64: string, size: number}} Content text, or bytes that are none */

/** @param {Uint8Array} bytes @returns {Content} */
export function contentOf(bytes) {
    try {
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        if (!text.includes("\0")) {
            return { text };
        }
    } catch {
        // Bytes that are no text.
    }
    const pieces = [];
    for (let at = 0; at < bytes.length; at += 8192) {
        pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
    }
    return { base64: btoa(pieces.join("")), size: bytes.length };
}

/** The address of a stored file. @param {string} script @param {string} path @param {number} number of the version */
export const addressOf = (script, path, number) => `/scripts/${script}/files${query({ path, number })}`;

/** @param {string} script @param {string} path @param {number} number @param {AbortSignal} [signal] @returns {Promise<Content>} */
export const readStored = async (script, path, number, signal) =>
    contentOf(new Uint8Array(await call("GET", addressOf(script, path, number), { signal, bytes: true })));

/** @param {File} file */
export const readLocal = async (file) => contentOf(new Uint8Array(await file.arrayBuffer()));

/** @param {Content} content */
export const blobOf = (content) => new Blob(["text" in content ? content.text : Uint8Array.from(atob(content.base64),
    (char) => char.charCodeAt(0))]);
