/** The kinds of scripts: what they are called and how their files are named. */
import { SCRIPT_KINDS } from "../words.js";

/** @param {string} kind */
export const kindName = (kind) => SCRIPT_KINDS[kind]?.label || kind;

/** "backup.sh" for "Backup!" @param {{name: string, kind: string}} script */
export const fileName = ({ name, kind }) =>
    `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "script"}.${SCRIPT_KINDS[kind]?.endings.split(" ")[0] || "txt"}`;

/** Files that may be uploaded; others are told by their first line. */
export const ACCEPTED = [...Object.values(SCRIPT_KINDS).flatMap(({ endings }) => endings.split(" ").map((ending) => `.${ending}`)), "text/*", ".zip"].join(",");
/** A script with the files beside it. @param {File} file */
export const isArchive = (file) => /\.zip$/i.test(file.name);
export const ARCHIVE_LONGEST = 4194304;
/** Bytes of UTF-8 in a script. */
export const LONGEST = 524288;
