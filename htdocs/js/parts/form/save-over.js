/** Saving while others save, too. */

/** A save does not go round for ever. */
const TRIES = 5;

/**
 * Saves; once more over what somebody else has saved meanwhile, unless that is to be shown instead.
 * @template O, F
 * @param {() => Promise<O>} work
 * @param {(newer: O, last: boolean) => F | null} judge given the object as it is now, and whether it is not tried again: what
 *   is to be shown; null: nothing
 * @returns {Promise<{saved?: O, found?: F}>}
 */
export async function saveOver(work, judge) {
    for (let tried = 0; ; tried++) {
        try {
            return { saved: await work() };
        } catch (caught) {
            const last = tried === TRIES;
            const found = caught.current && judge(caught.current, last);
            if (found) {
                return { found };
            }
            if (!caught.current || last) {
                throw caught;
            }
        }
    }
}
