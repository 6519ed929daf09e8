/** A script as a file: taken from the person's computer, and given back. */
import { post, query } from "../api.js";
import { ARCHIVE_LONGEST, isArchive, LONGEST } from "./kinds.js";

/** What the server does to the lines of a file, as a sentence; empty for nothing. @param {string} text */
export const lineNote = (text) => (text.includes("\r\n") ? " Its Windows line ends (CRLF) were changed to LF." : "");

/** Makes a script of a file. The server reads its kind from the name or the first line. @param {File} file */
export async function uploadScript(file) {
    if (file.size > (isArchive(file) ? ARCHIVE_LONGEST : LONGEST)) {
        throw new Error(`${file.name} is too large. Scripts can have at most 512 KiB${isArchive(file)
            ? ", with the files beside them 2 MB" : ""}.`);
    }
    return post("/scripts/upload" + query({ filename: file.name }), new Blob([file]));
}

/** The text of a file; throws for what is none. @param {File} file */
export async function readText(file) {
    if (file.size > LONGEST) {
        throw new Error(`${file.name} is too large. Scripts can have at most 512 KiB.`);
    }
    try {
        return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    } catch {
        throw new Error(`${file.name} is not UTF-8 text. Choose a text file.`);
    }
}

/** @param {string} name @param {string} text */
export const saveFile = (name, text) => saveBlob(name, new Blob([text], { type: "text/plain" }));

/** @param {string} name @param {Blob} blob */
export function saveBlob(name, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
