/** A streaming answer, assembled from deltas by their offset (in code points). Pure but for the store it lives in. */
import { createStore } from "../../store.js";

/**
 * @typedef {{run: string, agent: import("../../types.js").Author, state: string, trigger: number | null, text: string,
 *   chars: number, since: number}} Answer
 */

/** @param {Partial<Omit<Answer, "agent">> & {run: string, agent: import("../../types.js").RunAgent}} first */
export function createAnswer(first) {
    return createStore(/** @type {Answer} */ ({
        state: "queued", trigger: null, text: "", chars: 0, since: Date.now(), ...first, agent: { ...first.agent, kind: "agent" },
    }));
}

/**
 * The answer with this delta; null when something between is missing.
 * An overlap with the same characters is what the API already told; with others, a new attempt that goes on from less.
 * @param {Answer} answer
 * @param {{offset: number, text: string}} delta
 * @returns {Answer | null}
 */
export function withDelta(answer, { offset, text }) {
    if (offset > answer.chars) {
        return null;
    }
    if (offset === answer.chars) {
        return { ...answer, state: "running", text: answer.text + text, chars: offset + [...text].length };
    }
    const have = [...answer.text];
    const fresh = [...text];
    const overlap = have.slice(offset, offset + fresh.length);
    if (overlap.every((char, index) => char === fresh[index])) {
        const rest = fresh.slice(overlap.length);
        return { ...answer, state: "running", text: answer.text + rest.join(""), chars: answer.chars + rest.length };
    }
    return { ...answer, state: "running", text: have.slice(0, offset).join("") + text, chars: offset + fresh.length };
}

/**
 * The answer with what the API keeps of it (stored each second, so usually a little behind the deltas).
 * @param {Answer} answer
 * @param {{state: string, text: string}} kept
 * @returns {Answer}
 */
export function withKept(answer, kept) {
    if (answer.text.startsWith(kept.text)) {
        return { ...answer, state: kept.state };
    }
    return { ...answer, state: kept.state, text: kept.text, chars: [...kept.text].length };
}
