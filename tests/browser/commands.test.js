// "/run …" in the composer: the cases of tests/vectors, which the unit tests of lib/command read, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { quoted, wordsOf } from "../../htdocs/js/room/composer/commands.js";

test("words are those that the server reads, whose unit tests have the same cases", () => {
    const { messages } = JSON.parse(readFileSync(new URL("../vectors/commands.json", import.meta.url), "utf8"));
    for (const { message, words } of messages.filter((/** @type {any} */ one) => one.words)) {
        assert.deepEqual(wordsOf(message.slice(4)).filter((word) => word.open).map(({ text }) => text), words, message);
        assert.deepEqual(wordsOf(words.map(quoted).join(" ")).map(({ text }) => text), words, message);
    }
});
