/** The form of a run: a form's values from a schema, and the parameters that are sent from the values. */
import { choicesOf, lines, namesOf, valueOf } from "./schema.js";

/** The name of a field in the form: as the server names it in what is wrong. @param {string} name */
export const fieldOf = (name) => `parameters.${name}`;

/** A list with choices is ticked, one without is written line by line. @param {any} property */
function initial(property) {
    const { type, default: value } = property;
    const choices = choicesOf(property);
    if (type === "boolean") {
        return value === true;
    }
    if (type === "array" && choices) {
        return value || [];
    }
    return Array.isArray(value) ? value.join("\n") : value === undefined || value === null ? "" : String(value);
}

/** The values that the form begins with. @param {any} schema @param {Record<string, any>} [given] of an earlier run */
export function valuesOf(schema, given = {}) {
    return Object.fromEntries(namesOf(schema).map((name) => {
        const property = schema.properties[name];
        return [fieldOf(name), initial(given[name] === undefined ? property : { ...property, default: given[name] })];
    }));
}

/** @param {any} property @param {any} value */
function parameter({ type, items }, value) {
    switch (type) {
    case "boolean": return Boolean(value);
    case "array": return Array.isArray(value) ? value : lines(value).map((line) => valueOf(line, items?.type || "string"));
    case "integer":
    case "number": return Number.isNaN(Number(value)) ? value : Number(value);
    default: return value;
    }
}

/** The parameters to send. What is left empty is left out: then the default holds. @param {any} schema @param {Record<string, any>} values */
export function parametersOf(schema, values) {
    return Object.fromEntries(namesOf(schema).filter((name) => {
        const value = values[fieldOf(name)];
        return typeof value !== "string" || value.trim() !== "";
    }).map((name) => [name, parameter(schema.properties[name], values[fieldOf(name)])]));
}
