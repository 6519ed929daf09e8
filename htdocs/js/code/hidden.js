/** Characters that change the direction of what follows: what is drawn is not what is executed ("Trojan Source"). */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Characters that are drawn as nothing, or draw others elsewhere: controls but tab and line end, directions, zero widths;
 * without the joiners of emoji and of several scripts. */
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** "U+202E" @param {string} character */
const codeOf = (character) => `U+${/** @type {number} */ (character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0")}`;

/** A text in which hidden characters stand by their code: ‹U+202E›. @param {string} text */
export const visible = (text) => text.replace(HIDDEN, (character) => `‹${codeOf(character)}›`);

/** Where code first changes the direction of text, as a sentence; empty for nowhere. @param {string} code */
export function directionNote(code) {
    const lines = code.split("\n");
    const at = lines.findIndex((line) => DIRECTION.test(line));
    const found = at >= 0 && DIRECTION.exec(lines[at]);
    return found ? `Line ${at + 1} contains ${codeOf(found[0])}, which changes the direction of text: `
        + "the code may run in another order than it is shown." : "";
}
