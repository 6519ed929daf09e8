/** Data that the pages of scripts load besides the scripts: kinds with their interpreters, mappings and networks to
 * choose from. */
import { get } from "../api.js";
import { useEffect, useState } from "../dom.js";
import { SCRIPT_KINDS } from "../words.js";

/** @typedef {{kind: string, name: string, installed: boolean | null, version: string | null, install: string}} Kind */

/** Installed null: no runner has said yet what it has. @returns {Kind[]} */
const unknownKinds = () => Object.entries(SCRIPT_KINDS).map(([kind, { label, install }]) => ({ kind, name: label, installed: null, version: null, install }));

/** Null while they are loaded. @returns {Kind[] | null} */
export function useKinds() {
    const [kinds, setKinds] = useState(/** @type {Kind[] | null} */ (null));
    useEffect(() => {
        get("/scripts/kinds").then((answer) => setKinds(answer.items || answer), () => setKinds(unknownKinds()));
    }, []);
    return kinds;
}

/** The mappings that the caller may attach. @returns {any[]} */
export function useMappings() {
    const [mappings, setMappings] = useState(/** @type {any[]} */ ([]));
    useEffect(() => {
        get("/mappings?limit=200").then(({ items }) => setMappings(items), () => {});
    }, []);
    return mappings;
}

/**
 * Choices for a select: those that can be seen, and the one that is attached even when it cannot. Of several with one name, each with its
 * owner.
 * @param {any[]} mappings
 * @param {any} attached
 * @returns {[string, string][]}
 */
export function mappingOptions(mappings, attached) {
    const hidden = attached && !mappings.some(({ id }) => id === attached.id) ? [attached] : [];
    const key = (/** @type {any} */ { name }) => name.toLowerCase();
    const several = new Set(mappings.map(key).filter((name, index, names) => names.indexOf(name) !== index));
    const label = (/** @type {any} */ one) => (one.owner && several.has(key(one)) ? `${one.name} (@${one.owner.handle})` : one.name);
    return [...hidden, ...mappings].map((one) => [one.id, label(one)]);
}

/** The named networks of the studio. @returns {import("../types.js").Network[]} */
export function useNetworks() {
    const [networks, setNetworks] = useState(/** @type {import("../types.js").Network[]} */ ([]));
    useEffect(() => {
        get("/networks?limit=200").then(({ items }) => setNetworks(items), () => {});
    }, []);
    return networks;
}
