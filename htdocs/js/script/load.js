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
 * Choices for a select: those that can be seen, and the one that is attached even when it cannot.
 * @param {any[]} mappings
 * @param {any} attached
 * @returns {[string, string][]}
 */
export function mappingOptions(mappings, attached) {
    const hidden = attached && !mappings.some(({ id }) => id === attached.id) ? [attached] : [];
    return [...hidden, ...mappings].map(({ id, name }) => [id, name]);
}

/** The named networks of the studio. @returns {import("../types.js").Network[]} */
export function useNetworks() {
    const [networks, setNetworks] = useState(/** @type {import("../types.js").Network[]} */ ([]));
    useEffect(() => {
        get("/networks?limit=200").then(({ items }) => setNetworks(items), () => {});
    }, []);
    return networks;
}
