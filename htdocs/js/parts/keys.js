/** Keys that belong to an input method: while it composes, Enter takes a candidate and arrows walk through them. Every handler of
 * keys in a text asks here. */

/** Safari ends the composition before it tells of the Enter that ended it, with the key code 229 only.
 * @param {KeyboardEvent} event */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** @param {KeyboardEvent} event */
export const isEnter = (event) => event.key === "Enter" && !isComposing(event);
