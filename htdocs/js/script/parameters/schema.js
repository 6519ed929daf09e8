/** The parameters of a script: the subset of JSON Schema that the server takes, as rows of a table and back. Everything
 * in a row is text, as it is in the fields; only here it becomes numbers and lists. A list of numbers has a type of its own
 * in a row, "array:integer" or "array:number", and the rules of a list's row are those of its entries. */

/**
 * @typedef {{key: number, name: string, type: string, title: string, description: string, default: string, required: boolean,
 *   choices: string, format: string, minLength: string, maxLength: string, pattern: string, minimum: string, maximum: string, minItems: string, maxItems: string,
 *   entryChoices: boolean}} Row entryChoices: the choices of a list stand in the rule of its entries
 */

export const TYPES = /** @type {[string, string][]} */ ([["string", "Text"], ["integer", "Whole number"], ["number", "Number"], ["boolean", "Yes or no"], ["array", "List of text values"],
    ["array:integer", "List of whole numbers"], ["array:number", "List of numbers"]]);
export const FORMATS = /** @type {[string, string][]} */ ([["", "One line"], ["multiline", "Multiple lines"], ["password", "Secret (hidden)"],
    ["date", "Date"], ["email", "Email address"], ["uri", "URL"]]);
export const MOST = 50;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const TEXTS = ["title", "description", "format", "pattern"];
const NUMBERS = ["minLength", "maxLength", "minimum", "maximum"];
const COUNTS = ["minItems", "maxItems"];
/** What a list says of its entries. */
const ENTRIES = ["format", "pattern", ...NUMBERS];
const OF_TEXT = ["string", "array"];
const OF_NUMBERS = ["integer", "number", "array:integer", "array:number"];
const OF_LISTS = ["array", "array:integer", "array:number"];
/** The keywords that apply to some types only. @type {Record<string, string[]>} */
const ONLY = {
    format: OF_TEXT, pattern: OF_TEXT, minLength: OF_TEXT, maxLength: OF_TEXT, minimum: OF_NUMBERS, maximum: OF_NUMBERS,
    minItems: OF_LISTS, maxItems: OF_LISTS, choices: [...OF_TEXT, ...OF_NUMBERS],
};

let counter = 0;

/** @param {string} [name] @returns {Row} */
export const newRow = (name = "") => ({
    key: ++counter, name, type: "string", title: "", description: "", default: "", required: false, choices: "", format: "",
    minLength: "", maxLength: "", pattern: "", minimum: "", maximum: "", minItems: "", maxItems: "", entryChoices: true,
});

/** Whether a part of a row applies to its type. @param {string} part @param {string} type */
export const applies = (part, type) => !ONLY[part] || ONLY[part].includes(type);

/** Whether a row is a list. @param {string} type */
export const isList = (type) => OF_LISTS.includes(type);

/** The formats of a type; a list has no passwords and no lines. @param {string} type */
export const formatsOf = (type) => FORMATS.filter(([key]) => !isList(type) || !["multiline", "password"].includes(key));

/** The type of a row's entries, or of its value. @param {string} type */
const entryType = (type) => (type === "array" ? "string" : type.replace("array:", ""));

/** The type of a row. @param {any} property */
function rowType({ type, items }) {
    const typed = type === "array" && items?.type && items.type !== "string" ? `array:${items.type}` : type;
    return typed || "string";
}

/** The values that a parameter, or each entry of a list, is chosen from. @param {any} property @returns {any[] | undefined} */
export const choicesOf = ({ enum: own, items }) => own || items?.enum;

/** @param {any} value */
const text = (value) => (value === undefined || value === null ? "" : String(value));

/** The names of a schema's parameters, in the order of the form. @param {any} schema @returns {string[]} */
export function namesOf(schema) {
    const names = Object.keys(schema?.properties || {});
    const order = (schema?.order || []).filter((/** @type {string} */ name) => names.includes(name));
    return [...order, ...names.filter((name) => !order.includes(name))];
}

/** @param {any} schema @returns {Row[]} */
export function rowsOf(schema) {
    return namesOf(schema).map((name) => {
        const one = schema.properties[name] || {};
        const choices = (choicesOf(one) || []).join("\n");
        const row = { ...newRow(name), type: rowType(one), required: (schema.required || []).includes(name), choices, entryChoices: !one.enum };
        for (const part of [...TEXTS, ...NUMBERS, ...COUNTS]) {
            /** @type {any} */ (row)[part] = text(one[part] ?? one.items?.[part]);
        }
        row.default = Array.isArray(one.default) ? one.default.join("\n") : text(one.default);
        return row;
    });
}

/** @param {string} value */
export const lines = (value) => value.split("\n").map((line) => line.trim()).filter(Boolean);

/** A text as a value of the type. Numbers that are none stay texts: the server says what is wrong with them.
 * @param {string} value @param {string} type */
export function valueOf(value, type) {
    switch (type) {
    case "boolean": return value === "true";
    case "array":
    case "array:integer":
    case "array:number": return lines(value).map((line) => valueOf(line, entryType(type)));
    case "integer":
    case "number": return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
    default: return value;
    }
}

/** @param {Row} row */
function propertyOf(row) {
    const list = isList(row.type);
    /** @type {Record<string, any>} */
    const property = { type: list ? "array" : row.type };
    /** @type {Record<string, any>} */
    const items = { type: entryType(row.type) };
    for (const part of [...TEXTS, ...NUMBERS, ...COUNTS]) {
        const value = /** @type {any} */ (row)[part].trim();
        if (value && applies(part, row.type)) {
            const place = list && ENTRIES.includes(part) ? items : property;
            place[part] = TEXTS.includes(part) ? value : valueOf(value, "number");
        }
    }
    if (lines(row.choices).length && applies("choices", row.type)) {
        (list && row.entryChoices ? items : property).enum = lines(row.choices).map((choice) => valueOf(choice, items.type));
    }
    if (list && (items.type !== "string" || Object.keys(items).length > 1)) {
        property.items = items;
    }
    if (row.default.trim() && row.format !== "password") {
        property.default = valueOf(row.default, row.type);
    }
    return property;
}

/** @param {Row[]} rows */
export function schemaOf(rows) {
    if (!rows.length) {
        return {};
    }
    const names = rows.map(({ name }) => name.trim());
    const required = rows.filter((row) => row.required).map(({ name }) => name.trim());
    return {
        type: "object", properties: Object.fromEntries(rows.map((row) => [row.name.trim(), propertyOf(row)])),
        ...(required.length && { required }), order: names,
    };
}

/** The errors of names and choices, by row key, for which the server could not distinguish rows.
 * @param {Row[]} rows @returns {Record<number, string>} */
export function nameErrors(rows) {
    /** @type {Record<number, string>} */
    const errors = {};
    const seen = new Set();
    for (const { key, name } of rows) {
        const clean = name.trim();
        if (!clean) {
            errors[key] = "Enter a name.";
        } else if (!NAME.test(clean)) {
            errors[key] = "Use at most 40 letters, digits and underscores, starting with a letter.";
        } else if (seen.has(clean.toUpperCase())) {
            errors[key] = "This name is already in use.";
        }
        seen.add(clean.toUpperCase());
    }
    return errors;
}

const OF_ENTRIES = ["type", "enum", ...ENTRIES];
const KEYWORDS = [...OF_ENTRIES, "title", "description", "default", "items", ...COUNTS];

/** The parts of a schema that the table cannot show and would lose. @param {any} schema @returns {string[]} */
export function unknownIn(schema) {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
        return ["a schema is an object"];
    }
    const outside = Object.keys(schema).filter((name) => !["type", "properties", "required", "order"].includes(name));
    const inside = Object.entries(schema.properties || {}).flatMap(([name, property]) =>
        Object.keys(property || {}).filter((word) => !KEYWORDS.includes(word)).map((word) => `${name}.${word}`));
    const within = Object.entries(schema.properties || {}).flatMap(([name, property]) => unknownItems(name, property));
    return [...outside, ...inside, ...within];
}

/** A list whose choices stand in two places has one too many. @param {string} name @param {any} property */
function unknownItems(name, property) {
    const items = property?.items;
    if (items === undefined) {
        return [];
    }
    const known = typeof items === "object" && items !== null && ["string", "integer", "number"].includes(items.type);
    const isUnknown = (/** @type {string} */ word) => !OF_ENTRIES.includes(word) || (word === "enum" && property.enum);
    return known ? Object.keys(items).filter(isUnknown).map((word) => `${name}.items.${word}`) : [`${name}.items`];
}
