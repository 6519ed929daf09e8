/** What is sent of what was typed: without empty lines around it. An indent of the first line stays, because it makes code of it;
 * a command needs none. Pure. @param {string} typed */
export function trimmed(typed) {
    const text = typed.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
    return text.trimStart().startsWith("/") ? text.trimStart() : text.trim() && text;
}
