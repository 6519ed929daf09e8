// Waiting for the thing itself: what a test looks at is asked for again until it is as it should be.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** How long anything may take on a loaded machine; a test that passes never waits for it. */
export const PATIENCE_MS = 60000;
const PAUSE_MS = 50;

/**
 * The first answer of which good is true; the last one after all patience.
 * @template T
 * @param {() => T | Promise<T>} look
 * @param {(seen: T) => boolean} good
 * @returns {Promise<T>}
 */
async function ask(look, good) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
        const seen = await look();
        if (good(seen) || Date.now() > end) {
            return seen;
        }
        await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
}

/**
 * Fails unless what one sees becomes equal to this.
 * @template T
 * @param {() => T | Promise<T>} look
 * @param {T} wanted
 * @param {string} [what]
 */
export async function becomes(look, wanted, what) {
    assert.deepEqual(await ask(look, (seen) => isDeepStrictEqual(seen, wanted)), wanted, what);
}

/**
 * Fails unless what one sees becomes good.
 * @template T
 * @param {() => T | Promise<T>} look
 * @param {(seen: T) => boolean} good
 * @param {string} what
 * @returns {Promise<T>}
 */
export async function until(look, good, what) {
    const seen = await ask(look, good);
    assert.ok(good(seen), `${what}: ${JSON.stringify(seen)}`);
    return seen;
}
