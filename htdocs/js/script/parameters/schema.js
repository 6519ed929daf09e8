/** The parameters of a script: the subset of JSON Schema that the server takes, as rows of a table and back. Everything
 * in a row is text, as it is in the fields; only here it becomes numbers and lists. */

/**
 * @typedef {{key: number, name: string, type: string, title: string, description: string, default: string, required: boolean,
 *   choices: string, format: string, minLength: string, maxLength: string, pattern: string, minimum: string, maximum: string}} Row
 */

export const TYPES = /** @type {[string, string][]} */ ([["string", "Text"], ["integer", "Whole number"], ["number", "Number"], ["boolean", "Yes or no"], ["array", "List of text values"]]);
export const FORMATS = /** @type {[string, string][]} */ ([["", "One line"], ["multiline", "Multiple lines"], ["password", "Secret (hidden)"],
    ["date", "Date"], ["email", "Email address"], ["uri", "URL"]]);
export const MOST = 50;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const TEXTS = ["title", "description", "format", "pattern"];
const NUMBERS = ["minLength", "maxLength", "minimum", "maximum"];
/** The keywords that apply to some types only. @type {Record<string, string[]>} */
const ONLY = { format: ["string"], pattern: ["string"], minLength: ["string"], maxLength: ["string"], minimum: ["integer", "number"], maximum: ["integer", "number"], choices: ["string", "integer", "number", "array"] };

let counter = 0;

/** @param {string} [name] @returns {Row} */
export const newRow = (name = "") => ({ key: ++counter, name, type: "string", title: "", description: "", default: "", required: false, choices: "", format: "", minLength: "", maxLength: "", pattern: "", minimum: "", maximum: "" });

/** Whether a part of a row applies to its type. @param {string} part @param {string} type */
export const applies = (part, type) => !ONLY[part] || ONLY[part].includes(type);

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
        const row = { ...newRow(name), type: one.type || "string", required: (schema.required || []).includes(name), choices: (one.enum || []).join("\n") };
        for (const part of [...TEXTS, ...NUMBERS]) {
            /** @type {any} */ (row)[part] = text(one[part]);
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
    case "array": return lines(value);
    case "integer":
    case "number": return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
    default: return value;
    }
}

/** @param {Row} row */
function propertyOf(row) {
    /** @type {Record<string, any>} */
    const property = { type: row.type };
    for (const part of TEXTS) {
        if (/** @type {any} */ (row)[part].trim() && applies(part, row.type)) {
            property[part] = /** @type {any} */ (row)[part].trim();
        }
    }
    for (const part of NUMBERS) {
        if (/** @type {any} */ (row)[part].trim() && applies(part, row.type)) {
            property[part] = valueOf(/** @type {any} */ (row)[part], "number");
        }
    }
    if (lines(row.choices).length && applies("choices", row.type)) {
        property.enum = lines(row.choices).map((choice) => (row.type === "array" ? choice : valueOf(choice, row.type)));
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

const KEYWORDS = ["type", "title", "description", "default", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "format"];

/** The parts of a schema that the table cannot show and would lose. @param {any} schema @returns {string[]} */
export function unknownIn(schema) {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
        return ["a schema is an object"];
    }
    const outside = Object.keys(schema).filter((name) => !["type", "properties", "required", "order"].includes(name));
    const inside = Object.entries(schema.properties || {}).flatMap(([name, property]) =>
        Object.keys(property || {}).filter((word) => !KEYWORDS.includes(word)).map((word) => `${name}.${word}`));
    return [...outside, ...inside];
}
