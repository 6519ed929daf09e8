/** The command after a slash at the start of a message, and its completions. Pure. */

export const COMMANDS = [{ name: "run", text: "Run a script" }];

/**
 * @typedef {{kind: "command" | "script" | "parameter", start: number, end: number, word: string, script: string, given: string[]}} Spot
 *   start to end is replaced by what is chosen; given: the words between the script and the one at the caret
 */

/**
 * The part of a command that the caret stands in, or null.
 * @param {string} text
 * @param {number} caret
 * @returns {Spot | null}
 */
export function commandAt(text, caret) {
    const before = text.slice(0, caret);
    const spot = { start: 0, end: caret, script: "", given: [] };
    const command = /^\/(\w*)$/.exec(before);
    if (command) {
        return { ...spot, kind: "command", word: command[1].toLowerCase() };
    }
    const line = /^\/run\s+/.exec(before);
    if (!line) {
        return null;
    }
    const words = wordsOf(before.slice(line[0].length));
    const last = /** @type {{text: string, start: number}} */ (words.pop());
    const [script, ...given] = words.map((word) => word.text);
    const place = { ...spot, start: line[0].length + last.start, word: last.text.toLowerCase(), given };
    return words.length ? { ...place, kind: "parameter", script } : { ...place, kind: "script" };
}

const DOUBLE = "\"\u201c\u201d\u201e";
/** The characters that can be escaped within double quotation marks. */
const ESCAPED = "\"\\$`\n";

/** Words as a shell and the server (lib/command) read them: 'as it is', "with \\" and a backslash before any character. The
 * last one is what is not finished yet. @param {string} text */
export function wordsOf(text) {
    const words = [{ text: "", start: 0, open: false }];
    let inside = "";
    for (let index = 0; index < text.length; index++) {
        const char = text[index], next = text[index + 1];
        const word = words[words.length - 1];
        if (inside ? (inside === "'" ? char === "'" : DOUBLE.includes(char)) : char === "'" || DOUBLE.includes(char)) {
            inside = inside ? "" : char;
            word.open = true;
        } else if (char === "\\" && next !== undefined && inside !== "'" && (!inside || ESCAPED.includes(next))) {
            word.text += next === "\n" ? "" : next;
            word.open ||= next !== "\n";
            index++;
        } else if (inside || !/\s/.test(char)) {
            word.text += char;
            word.open = true;
        } else if (word.open) {
            words.push({ text: "", start: index + 1, open: false });
        } else {
            word.start = index + 1;
        }
    }
    return words;
}

/** In quotation marks when it must be. @param {string} name */
export function quoted(name) {
    if (name && !/[\s"'\\\u201c\u201d\u201e]|^(--|\u2014)/.test(name)) {
        return name;
    }
    return /[\u201c\u201d\u201e]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : `"${name.replace(/["\\$`]/g, "\\$&")}"`;
}

/** @typedef {{key: string, insert: string, title: string, hint: string}} Choice */

/** @param {Spot} spot @returns {Choice[]} */
export function commandChoices({ word }) {
    return COMMANDS.filter(({ name }) => name.startsWith(word)).map(({ name, text }) => ({ key: name, insert: `/${name} `, title: `/${name}`, hint: text }));
}

/**
 * Scripts with what to call them in a command (see script_named in sql/functions/scripts.sql): the plain name means one's own, else the one
 * that is shared; OWNER/NAME means any.
 * @template {{name: string, visibility: string, owner: {id: string, handle: string}}} S
 * @param {S[]} scripts
 * @param {string} me
 */
export function callable(scripts, me) {
    const own = new Set(scripts.filter(({ owner }) => owner.id === me).map(({ name }) => name.toLowerCase()));
    return scripts.map((script) => {
        const { name, owner, visibility } = script;
        const plain = owner.id === me || (visibility === "team" && !own.has(name.toLowerCase()));
        const fullName = `${owner.handle}/${name}`;
        return { ...script, fullName, call: plain ? name : fullName };
    });
}

/**
 * Scripts with the word in their name, those that begin with it first; none when it is written already.
 * @param {Spot} spot
 * @param {{id: string, name: string, description: string, call: string, fullName: string}[]} scripts
 * @returns {Choice[]}
 */
export function scriptChoices({ word }, scripts) {
    const rank = (/** @type {{name: string}} */ { name }) => (name.toLowerCase().startsWith(word) ? 0 : 1);
    const found = scripts.filter(({ fullName }) => fullName.toLowerCase().includes(word));
    if (found.length === 1 && [found[0].call, found[0].fullName].some((one) => one.toLowerCase() === word)) {
        return [];
    }
    return found.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.call.length - b.call.length).slice(0, 8)
        .map(({ id, call, description }) => ({ key: id, insert: `${quoted(call)} `, title: call, hint: description }));
}

/** The parameters in the order in which values without a name are taken. @param {any} schema @returns {string[]} */
export function orderOf(schema) {
    const names = Object.keys(schema?.properties || {});
    const first = schema?.order || [];
    return [...first.filter((/** @type {string} */ name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}

/**
 * Names that are not given yet; after "name=" the values that it may have.
 * @param {Spot} spot
 * @param {any} schema
 * @returns {Choice[]}
 */
export function parameterChoices({ word, given }, schema) {
    const [, name, value] = /^(?:--)?(\w+)=(.*)$/.exec(word) || [];
    const exact = orderOf(schema).find((one) => one.toLowerCase() === name);
    if (exact) {
        return valuesOf(schema.properties[exact]).filter((one) => one.toLowerCase().startsWith(value) && one.toLowerCase() !== value)
            .slice(0, 8).map((one) => ({ key: one, insert: `${exact}=${quoted(one)} `, title: one, hint: exact }));
    }
    return open(given, schema).filter((one) => one.toLowerCase().startsWith(word)).slice(0, 8).map((one) => {
        const { type, title, description } = schema.properties[one];
        return { key: one, insert: `${one}=`, title: one, hint: title || description || type };
    });
}

/** The parameter that a word names: NAME=…, --NAME=… or --NAME, in which - may stand for _. @param {string} word */
const nameIn = (word) => (/^--([\w-]+)/.exec(word) || /^(\w+)=/.exec(word))?.[1].replace(/-/g, "_").toLowerCase();

/**
 * The parameters still to be given: without those given by name, and without as many as there are positional values; passwords, too, which
 * everybody in the room could read.
 * @param {string[]} given
 * @param {any} schema
 */
export function open(given, schema) {
    const named = new Set(given.map(nameIn));
    const rest = orderOf(schema).filter((name) => !named.has(name.toLowerCase()) && schema.properties[name].format !== "password");
    return rest.slice(given.filter((word) => !nameIn(word) && word !== "--").length);
}

/** @param {{enum?: any[], type?: string}} property @returns {string[]} */
const valuesOf = ({ enum: choices, type }) => (choices ? choices.map(String) : type === "boolean" ? ["true", "false"] : []);
