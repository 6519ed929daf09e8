// Pasted lines of a mapping: what stands between quotes arrives as sh and dotenv read it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLines } from "../../htdocs/js/mapping/entries.js";

/** The names and values of lines. @param {string} text */
const read = (text) => parseLines(text).entries.map(({ name, value }) => [name, value]);

/** What each value of KEY=… is. @param {string[][]} cases */
function check(cases) {
    for (const [written, value] of cases) {
        assert.deepEqual(read(`KEY=${written}\nNEXT=1`), [["KEY", value], ["NEXT", "1"]], written);
    }
}

test("between double quotes a backslash escapes what sh escapes, and is kept before anything else", () => {
    check([
        [String.raw`"C:\\new"`, String.raw`C:\new`],
        [String.raw`"\\\\host\\new\\n"`, String.raw`\\host\new\n`],
        [String.raw`"C:\Users\temp"`, String.raw`C:\Users\temp`],
        [String.raw`"say \"hi\""`, 'say "hi"'],
        ['"\\$HOME \\`date\\`"', "$HOME `date`"],
        [String.raw`"ends with \\"`, "ends with \\"],
        [String.raw`"\d+\.\d+"`, String.raw`\d+\.\d+`],
        ['"one \\\nline"', "one line"],
        ['""', ""],
    ]);
});

test("as in every dotenv, \\n between double quotes is a line feed", () => {
    check([
        [String.raw`"-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"`, "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n"],
        [String.raw`"a\r\nb"`, "a\r\nb"],
        [String.raw`"a\\\nb"`, "a\\\nb"],
    ]);
});

test("between single quotes every character stands for itself", () => {
    check([
        [String.raw`'C:\\new\n'`, String.raw`C:\\new\n`],
        [`'"quoted" # no comment $HOME'`, '"quoted" # no comment $HOME'],
        ["''", ""],
    ]);
});

test("without quotes a value ends with its line or its comment, and keeps its backslashes", () => {
    check([
        [String.raw`C:\new`, String.raw`C:\new`],
        ["  some words  ", "some words"],
        ["value # a comment", "value"],
        ["value\t# a comment", "value"],
        ["#hash", "#hash"],
        [" # nothing", ""],
        ["https://example.org/#top", "https://example.org/#top"],
        ["it's", "it's"],
        ["a=b==", "a=b=="],
        ["", ""],
    ]);
});

test("values between quotes may go over several lines, and a comment may follow them", () => {
    check([
        ['"one\ntwo\n\nB=four"', "one\ntwo\n\nB=four"],
        ["'one\n# two\n'", "one\n# two\n"],
        ['"a" # a comment', "a"],
        ["'a'   # it's a comment", "a"],
        ['  "a"  ', "a"],
    ]);
});

test("quotes that do not pair up swallow no other line", () => {
    check([
        ['"open', '"open'],
        ["'tis", "'tis"],
        ['"', '"'],
        ['"{"a": 1}"', '{"a": 1}'],
        ['"a"b', '"a"b'],
    ]);
    assert.deepEqual(read('A="x\nB="y"\nC="z"'), [["A", '"x'], ["B", "y"], ["C", "z"]]);
});

test("export, spaces, comments, empty lines and the ends of lines of Windows do not matter", () => {
    const { entries, skipped } = parseLines("\uFEFF# head\r\n\r\nexport A=1\r\n  export\tB = \"two\r\nlines\"\r\n   # B=3\r\nC='4'\r\nno line\r\nexport D\r\n1ST=5\r\nE=6");
    assert.deepEqual(entries.map(({ name, value }) => [name, value]), [["A", "1"], ["B", "two\nlines"], ["C", "4"], ["E", "6"]]);
    assert.deepEqual(skipped, ["no line", "export D", "1ST=5"]);
});

test("names that sound secret are taken as secrets when they are long enough to be hidden", () => {
    assert.deepEqual(parseLines("API_TOKEN=\"long enough\"\nPASSWORD=abc\nREGION=eu-north-1").entries.map(({ secret }) => secret), [true, false, false]);
});
