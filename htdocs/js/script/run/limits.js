/** The limits of a run: those of the script narrow those of the studio, those of one run narrow the script's. */
import { LIMITS } from "../../words.js";

/** The effective limits where both define one. @param {Record<string, number>} [wide] @param {Record<string, number>} [own] */
export const narrowed = (wide = {}, own = {}) =>
    ({ ...wide, ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, Math.min(value, wide[name] ?? value)])) });

/** The form's values, named limits.NAME. @param {Record<string, number>} [limits] */
export const limitValues = (limits = {}) => Object.fromEntries(Object.keys(LIMITS).map((name) => [`limits.${name}`, limits[name] === undefined ? "" : String(limits[name])]));

/** @param {Record<string, any>} values */
export function limitsOf(values) {
    const set = Object.keys(LIMITS).map((name) => [name, String(values[`limits.${name}`] ?? "").trim()]).filter(([, value]) => value);
    return Object.fromEntries(set.map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]));
}
