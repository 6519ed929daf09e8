// Output becomes lines: the same however it is cut into pieces, as a terminal would leave it, and never too much of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { directionNote, visible } from "../../htdocs/js/code/hidden.js";
import { PLAIN, sgr } from "../../htdocs/js/log/ansi.js";
import { contrast, look, palette, readable } from "../../htdocs/js/log/colours.js";
import { LineReader, LONGEST } from "../../htdocs/js/log/lines.js";
import { Output } from "../../htdocs/js/log/output.js";
import { breaks, Rows } from "../../htdocs/js/log/rows.js";
import { find, inLine } from "../../htdocs/js/log/search.js";

const THEMES = { light: { ground: "#fbfbfa", ink: "#1c1b19" }, dark: { ground: "#141413", ink: "#ecebe7" } };
const AT = "2026-11-20T10:00:00Z";

/** A source of numbers that is the same each time. @param {number} seed */
function dice(seed) {
    return (/** @type {number} */ sides) => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return Math.floor((seed / 2 ** 32) * sides);
    };
}

/** @param {...(string | [string, string])} pieces text of stdout, or stream and text */
function read(...pieces) {
    const reader = new LineReader();
    for (const piece of pieces) {
        const [stream, text] = typeof piece === "string" ? ["stdout", piece] : piece;
        reader.take({ stream, text, at: AT });
    }
    return reader.lines;
}

const texts = (/** @type {any[]} */ lines) => lines.map(({ text }) => text);
const shape = (/** @type {any[]} */ lines) => lines.map(({ text, styles, stream, cut }) => ({ text, styles, stream, cut }));

test("lines end at line feeds, and the last one need not", () => {
    assert.deepEqual(texts(read("one\ntwo\n\nthree")), ["one", "two", "", "three"]);
    assert.deepEqual(texts(read("one\r\ntwo\r\n")), ["one", "two"]);
    assert.deepEqual(texts(read("\n")), [""]);
    assert.deepEqual(texts(read("")), []);
});

test("characters that change the direction of text stand by their code, letters and emoji as they are", () => {
    assert.equal(visible("a\u202egpj\u2066.exe\u200b"), "a‹U+202E›gpj‹U+2066›.exe‹U+200B›");
    assert.equal(visible("שלום 👩‍💻 tab\tline\n"), "שלום 👩‍💻 tab\tline\n");
    assert.equal(visible("\x07\x9b"), "‹U+0007›‹U+009B›");
    assert.match(directionNote("one\ntwo \u2067\n"), /^Line 2 contains U\+2067, which changes the direction of text/);
    assert.equal(directionNote("# שלום\n"), "");
});

test("a carriage return begins the line again: a progress bar is one line", () => {
    const bar = Array.from({ length: 101 }, (_, n) => `\r${String(n).padStart(3)} % ${"#".repeat(n / 10)}`).join("");
    assert.deepEqual(texts(read(bar + "\ndone\n")), ["100 % ##########", "done"]);
    assert.deepEqual(texts(read("downloading 100 %\rdone\x1b[K\n")), ["done"]);
    assert.deepEqual(texts(read("long text\rab\n")), ["abng text"]);
    assert.deepEqual(texts(read("abc\b\bX\n")), ["aXc"]);
    assert.deepEqual(texts(read("abc\x1b[1K\n", "abc\x1b[2Kd\n", "a\x1b[5Cb\n", "abcdef\x1b[2GX\n")), ["   ", "   d", "a     b", "aXcdef"]);
});

test("colours are kept: 16, 256 and true, with semicolons and with colons", () => {
    const [line] = read("plain \x1b[1;31mred\x1b[0m \x1b[38;5;208morange\x1b[39m\x1b[48;2;1;2;3mground\x1b[m\x1b[38:2::255:0:128mpink\x1b[0m");
    assert.equal(line.text, "plain red orangegroundpink");
    assert.deepEqual(line.styles?.map(({ end, style }) => [end, style.fg, style.bg, style.bold]), [
        [6, null, null, false], [9, 1, null, true], [10, null, null, false], [16, 208, null, false],
        [22, null, "#010203", false], [26, "#ff0080", null, false]]);
    assert.equal(read("nothing here")[0].styles, null);
    assert.equal(sgr(sgr(PLAIN, "1;4;95"), "22;24;39"), PLAIN);
    assert.equal(sgr(PLAIN, ""), PLAIN);
    assert.deepEqual(sgr(PLAIN, "38;5"), PLAIN);
    assert.deepEqual(sgr(PLAIN, "38;2;300;0;0"), PLAIN);
    assert.equal(sgr(PLAIN, "38;5;1;1").bold, true);
});

test("every other escape is dropped, whole", () => {
    const odd = "\x1b[2J\x1b[H\x1b[?25l\x1b]0;a title\x07\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\\x1b(B\x1b7\x1b=\x1bP1;2|data\x1b\\\x07\x00\x0e\x7f!\x9b31mred\x1b[>4;1m\x1b[1;2Htail";
    assert.deepEqual(texts(read(odd)), ["link!redtail"]);
    assert.deepEqual(texts(read("\x1b]0;never ends\nnext")), ["", "next"]);
    assert.deepEqual(texts(read("a\x1b[3\nb")), ["a", "b"]);
});

test("each stream has its own open line", () => {
    const lines = read("hel", ["stderr", "warning\nagain"], "lo\nmore", ["stderr", " and again\n"]);
    assert.deepEqual(lines.map(({ stream, text }) => [stream, text]), [["stdout", "hello"], ["stderr", "warning"], ["stderr", "again and again"], ["stdout", "more"]]);
    assert.equal(read("\x1b[31mred ", ["stderr", "plain\n"], "still\n")[1].styles, null);
});

test("a line of a hundred million characters is cut, quickly", () => {
    const piece = "x".repeat(1 << 20);
    const begun = performance.now();
    const reader = new LineReader();
    for (let n = 0; n < 100; n++) {
        reader.take({ stream: "stdout", text: piece, at: AT });
    }
    reader.take({ stream: "stdout", text: "\nnext\n", at: AT });
    assert.deepEqual(reader.lines.map(({ text, cut }) => [text.length, cut]), [[LONGEST, 100 * (1 << 20) - LONGEST], [4, 0]]);
    assert.ok(performance.now() - begun < 3000, `${performance.now() - begun} ms`);
});

test("a line that changes its colour at each character is read in a moment", () => {
    const begun = performance.now();
    const text = Array.from({ length: 60000 }, (_, n) => `\x1b[3${n % 8}mx`).join("");
    assert.equal(read(text)[0].styles?.length, LONGEST);
    assert.ok(performance.now() - begun < 3000, `${performance.now() - begun} ms`);
});

const PARTS = ["word ", "\n", "\n", "\r", "\r\n", "\t", "\b", "é", "漢字", "😀", "\x1b[31m", "\x1b[0m", "\x1b[1;38;5;99m", "\x1b[48;2;9;8;7m", "\x1b[K", "\x1b[1K",
    "\x1b[4C", "\x1b[2D", "\x1b[9G", "\x1b]0;title\x07", "\x1b]8;;x\x1b\\", "\x1bP+q\x1b\\", "\x1b(B", "\x9b7m", "\x1b", "\x1b[", "\x00", "plain text that is longer", "x".repeat(4000)];

/** Output of two streams, in the order of reading. @param {(sides: number) => number} roll @param {number} parts */
function output(roll, parts) {
    /** @type {{stream: string, text: string, at: string}[]} */
    const list = [];
    for (let n = 0; n < parts; n++) {
        const stream = roll(4) ? "stdout" : "stderr";
        const text = PARTS[roll(PARTS.length)];
        const last = list.at(-1);
        if (last?.stream === stream) {
            last.text += text;
        } else {
            list.push({ stream, text, at: AT });
        }
    }
    return list;
}

/** The same in other pieces. @param {any[]} list @param {(sides: number) => number} roll */
function cutUp(list, roll) {
    return list.flatMap(({ stream, text, at }) => {
        const pieces = [];
        for (let from = 0; from < text.length; ) {
            const to = from + 1 + roll(roll(3) ? 12 : 9000);
            pieces.push({ stream, text: text.slice(from, to), at });
            from = to;
        }
        return pieces;
    });
}

test("the lines are the same however the output is cut into pieces", () => {
    for (let seed = 1; seed <= 300; seed++) {
        const roll = dice(seed);
        const whole = output(roll, 60);
        const [one, other] = [new LineReader(), new LineReader()];
        whole.forEach((piece) => one.take(piece));
        cutUp(whole, roll).forEach((piece) => other.take(piece));
        assert.deepEqual(shape(other.lines), shape(one.lines), `seed ${seed}`);
    }
});

test("the lines are the same when the end is loaded first and the rest before it, part by part", () => {
    for (let seed = 1; seed <= 200; seed++) {
        const roll = dice(seed);
        const chunks = cutUp(output(roll, 80), roll).map((piece, offset) => ({ ...piece, offset }));
        const whole = new LineReader();
        chunks.forEach((chunk) => whole.take(chunk));
        const held = new Output();
        let start = roll(chunks.length);
        held.clear(start);
        held.append(chunks.slice(start, start + 20), Math.min(start + 20, chunks.length));
        while (start > 0 || held.end < chunks.length) {
            if (start > 0 && roll(2)) {
                const from = Math.max(0, start - 1 - roll(15));
                held.prepend(chunks.slice(from, start), from);
                start = from;
            } else if (held.end < chunks.length) {
                held.append([chunks[held.end]], held.end + 1);
            }
        }
        const lines = held.segments.flatMap(({ reader }) => reader.lines);
        assert.deepEqual(shape(lines), shape(whole.lines), `seed ${seed}`);
        assert.equal(held.last - held.first, lines.length);
        lines.forEach((line, index) => assert.equal(held.line(held.first + index), line));
    }
});

test("what is in view keeps its number when earlier lines are loaded", () => {
    const held = new Output();
    held.clear(100);
    held.append([{ offset: 100, stream: "stdout", at: AT, text: "d of a line\nthe next\nlast\n" }], 126);
    const before = held.last - 1;
    held.prepend([{ offset: 90, stream: "stdout", at: AT, text: "a\nb\nthe en" }], 90);
    assert.deepEqual([held.line(before)?.text, held.line(held.first + 2)?.text], ["last", "the end of a line"]);
});

test("memory is bounded at both ends", () => {
    const held = new Output();
    const text = ("y".repeat(99) + "\n").repeat(2600);
    let end = 0;
    for (let n = 0; n < 240; n++) {
        held.append([{ offset: end, stream: "stdout", at: AT, text }], end + text.length);
        end += text.length;
    }
    const size = () => held.segments.reduce((sum, segment) => sum + segment.size, 0);
    assert.ok(size() < 17e6 && held.start > 40e6 && held.end === end, `${size()} ${held.start}`);
    while (held.start > 0) {
        const from = Math.max(0, held.start - text.length);
        held.prepend([{ offset: from, stream: "stdout", at: AT, text }], from);
    }
    assert.ok(size() < 17e6 && held.end < 20e6, `${size()} ${held.end}`);
    held.append([{ offset: held.end, stream: "stdout", at: AT, text: "\n".repeat(900000) }], held.end + 900000);
    assert.ok(held.last - held.first <= 900000 + 3000);
});

test("rows: long lines are broken at the columns, wide characters count twice", () => {
    assert.deepEqual(breaks("abcdefghij", 4), [0, 4, 8]);
    assert.deepEqual(breaks("abcdefgh", 4), [0, 4]);
    assert.deepEqual(breaks("", 4), [0]);
    assert.deepEqual(breaks("abcdefghij", 0), [0]);
    assert.deepEqual(breaks("漢字漢字a", 4), [0, 2, 4]);
    assert.deepEqual(breaks("😀😀😀", 4), [0, 4]);
    assert.deepEqual(breaks("a\tb", 9), [0]);
    assert.deepEqual(breaks("a\tbc", 9), [0, 3]);
    assert.deepEqual(breaks("e\u0301".repeat(6), 4), [0, 8]);
});

test("rows and lines find each other, broken or not, and a cut line has a row that says so", () => {
    const held = new Output();
    const roll = dice(7);
    for (let n = 0; n < 3000; n++) {
        held.append([{ offset: n, stream: "stdout", at: AT, text: "z".repeat(roll(300)) + "\n" }], n + 1);
    }
    held.append([{ offset: 3000, stream: "stdout", at: AT, text: "w".repeat(LONGEST + 5) }], 3001);
    for (const columns of [0, 20, 80]) {
        const rows = new Rows(held, columns);
        let row = 0;
        for (let number = held.first; number < held.last; number++) {
            const line = /** @type {any} */ (held.line(number));
            assert.equal(rows.of(number), row);
            const parts = breaks(line.text, columns).length + (line.cut ? 1 : 0);
            for (let part = 0; part < parts; part++, row++) {
                const found = rows.at(row);
                assert.deepEqual([found?.number, found?.part, found?.line === line], [number, part, true]);
            }
        }
        assert.equal(rows.count, row);
        assert.equal(rows.at(row), null);
    }
});

test("rows that were made stay what they are when the output goes on or is read again", () => {
    const held = new Output();
    held.clear(10);
    held.append([{ offset: 10, stream: "stdout", at: AT, text: "head\nnext\nlast" }], 24);
    const rows = new Rows(held, 0);
    const before = Array.from({ length: rows.count }, (_, row) => rows.at(row)?.number);
    held.prepend([{ offset: 0, stream: "stdout", at: AT, text: "zero\nover" }], 0);
    held.append([{ offset: 24, stream: "stdout", at: AT, text: "\nmore\n" }], 30);
    assert.deepEqual(Array.from({ length: rows.count }, (_, row) => rows.at(row)?.number), before);
    assert.ok(before.every((_, row) => rows.at(row)?.line));
});

test("search finds all places, whatever the case, and takes signs as they are", () => {
    const held = new Output();
    held.append([{ offset: 0, stream: "stdout", at: AT, text: "An error (E1)\nnone\nERROR error\n" }], 30);
    assert.deepEqual(find(held, "error").map(({ number, from, to }) => [number, from, to]), [[0, 3, 8], [2, 0, 5], [2, 6, 11]]);
    assert.deepEqual(inLine(find(held, "error"), 2).length, 2);
    assert.equal(find(held, "(e1)").length, 1);
    assert.equal(find(held, ".*").length, 0);
    assert.equal(find(held, "").length, 0);
});

for (const [name, theme] of Object.entries(THEMES)) {
    test(`${name}: every colour of the palette and any other can be read, on the log and on every ground`, () => {
        const roll = dice(3);
        const colours = [...Array.from({ length: 256 }, (_, n) => palette(n)),
            ...Array.from({ length: 500 }, () => "#" + [roll(256), roll(256), roll(256)].map((value) => value.toString(16).padStart(2, "0")).join(""))];
        for (const colour of colours) {
            assert.ok(contrast(readable(colour, theme.ground), theme.ground) >= 4.5, colour);
            const ground = colours[roll(colours.length)];
            const { style } = look({ ...PLAIN, fg: colour, bg: ground }, theme);
            assert.ok(contrast(style?.color || "", style?.backgroundColor || "") >= 4.5, `${colour} on ${ground}`);
        }
        for (const style of [{ inverse: true }, { inverse: true, fg: 1 }, { bg: 3 }, { bg: 7, fg: 15 }]) {
            const shown = look({ ...PLAIN, ...style }, theme).style;
            assert.ok(contrast(shown?.color || "", shown?.backgroundColor || "") >= 4.5);
        }
        assert.deepEqual(look({ ...PLAIN, fg: 1, bold: true }, theme), { class: "ansi-bold ansi-1", style: undefined });
    });
}

test("a note of the runner is a line of its own stream, whatever the script wrote before it", () => {
    const lines = read(["stdout", "half a line"], ["note", "[The state could not be stored.]\n"], ["stdout", " and the rest\n"]);
    assert.deepEqual(lines.map(({ stream, text }) => [stream, text]),
        [["stdout", "half a line and the rest"], ["note", "[The state could not be stored.]"]]);
});
