// Texts that are made to hurt: each is drawn in bounded time and size, and never takes another message along.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { splitMentions } from "../../htdocs/js/parts/handles.js";
import { colouring, toMarkup } from "../../htdocs/js/parts/markup.js";
import highlight from "../../htdocs/vendor/highlight.js";
import { assertNoProblems, live, message, openBrowser, openRoom, openWindow } from "./support/browser.js";
import { newPerson, newRoom, say } from "./support/people.js";
import { sql } from "./support/studio.js";
import { becomes } from "./support/wait.js";

/** Far beyond what the worst of these takes (a table: 0.3 s), far below what a parser takes that is not linear (minutes). */
const LIMIT_MS = 20000;
const LONGEST = 16000;
colouring.library = highlight;
/** The pieces of Markdown, and texts that hurt parsers of it. */
const PIECES = [">", "[a](", "[", "]", "](", "![", "*", "**", "_", "*a ", "*a_ ", "**a*", "~~", "`", "``", "```", "```\n",
    "~~~js\n", "<", "<a ",
    "<!--", "<a@", "- ", "1. ", "> - ", "> a\n",
    "|", "|a", "|-", "\n", "\n\n", "    ", "\t", "\\", "&", "&#", "&amp", "http://a.b/",
    "www.", "a@b.c", "@", "@bob", "a", " ", "é", "👍", "\u202e", "[a]: b\n", "[a][", "\"", "((", ")", "#", "===\n",
    "-\n", "a\n-\n",
    "{", "}", "'", "/*", "0", "$", "func "];

/** @param {number} seed numbers that look random, the same in each run */
function* numbers(seed) {
    for (let state = seed; ; ) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        yield state / 2 ** 32;
    }
}

/** @param {string} text */
function draw(text) {
    const start = performance.now();
    const markup = toMarkup(text);
    const took = performance.now() - start;
    assert.ok(took < LIMIT_MS, `${JSON.stringify(text.slice(0, 60))} took ${took} ms`);
    assert.ok(markup === null || markup.length < 3e6, `${JSON.stringify(text.slice(0, 60))} became ${markup?.length} characters`);
    return markup;
}

const filled = (/** @type {string} */ piece) => piece.repeat(Math.floor(LONGEST / piece.length));

test("each piece of Markdown, repeated, is drawn", () => {
    for (const piece of PIECES) {
        draw(filled(piece));
    }
    for (const n of [100, 1000, 4000]) {
        draw("|a".repeat(n) + "\n" + "|-".repeat(n) + "\n" + "a\n".repeat(n));
        draw("a(".repeat(n) + "[".repeat(n) + "a" + "](b)".repeat(n));
        draw(Array.from({ length: Math.sqrt(n) | 0 }, (_, depth) => " ".repeat(2 * depth) + "- a").join("\n"));
        draw(Array.from({ length: Math.sqrt(2 * n) | 0 }, (_, length) => "e" + "`".repeat(length)).join(""));
    }
});

test("coloured code costs a bounded time, in every language and many blocks", () => {
    const start = performance.now();
    for (const language of ["java", "c", "csharp", "cpp", "ini", "typescript", "bash", "perl"]) {
        for (const piece of ["$", "a", "a b ", "_", "1e", "\n", "("]) {
            draw("```" + language + "\n" + (piece.repeat(70) + "\n").repeat(60) + "```\n");
        }
    }
    assert.ok(performance.now() - start < 4 * LIMIT_MS);
});

test("texts by chance, whole and half streamed, are drawn, and the same text twice the same way", () => {
    for (let seed = 1; seed <= 150; seed++) {
        const chance = numbers(seed);
        const next = (/** @type {number} */ below) => Math.floor((chance.next().value || 0) * below);
        let text = "";
        while (text.length < 2000) {
            text += PIECES[next(PIECES.length)].repeat(1 + next(next(4) ? 3 : 200));
        }
        for (let end = next(400); end < text.length; end += 1 + next(900)) {
            draw(text.slice(0, end));
        }
        assert.equal(draw(text), draw(text));
    }
});

test("what is nested too deep is shown as it is written, nothing is left out", () => {
    assert.equal(draw(">".repeat(3000) + "end"), null);
    assert.match(draw(">".repeat(20) + "end") || "", /end/);
    assert.equal(draw("- ".repeat(200) + "end"), null);
    assert.match(draw("[a](".repeat(3000)) || "", /^<p>(\[a\]\()+<\/p>/);
});

test("boxes, aligned cells and code survive, raw HTML and pictures do not", () => {
    assert.match(draw("- [ ] a\n- [x] b") || "", /<li>☐ a<\/li>\s*<li>☑ b/);
    assert.match(draw("|a|\n|-:|\n|1|") || "", /<td align="right">1/);
    assert.equal(draw("![pic](https://x.org/a.png)"), '<p><a href="https://x.org/a.png">pic</a></p>\n');
    assert.match(draw("<img src=x onerror=alert(1)>") || "", /&lt;img/);
    assert.doesNotMatch(draw("[a](javascript:alert(1))") || "", /href/);
});

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

test("a room with such messages, stored before the server refused them, shows all its messages", async () => {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, "Torture");
    const post = (/** @type {string} */ text) => sql(`with one as (
        update rooms set last_seq = last_seq + 1, last_number = last_number + 1 where id = '${room.id}' returning *)
        insert into room_events (room_id, seq, number, kind, principal_id, body) 
        select id, last_seq, last_number, 'message', '${ada.user.id}', jsonb_build_object('text', ${text}) from one`);
    for (const text of ["'before'", "repeat('>', 3000) || 'deep'", "repeat('[a](', 3000)",
        "repeat('|a', 2500) || E'\\n' || repeat('|-', 2500) || E'\\n' || repeat(E'a\\n', 2500)", "'after'"]) {
        await post(text);
    }
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    await message(page, "after").waitFor();
    await message(page, "before").waitFor();
    await becomes(() => page.locator(".post[data-seq] .md").count(), 5);
    await becomes(() => message(page, "deep").locator(".md__plain").count(), 1);
    assertNoProblems(problems);
    await context.close();
});

test("whom the page paints is whom the server asks: the cases of its unit tests", async () => {
    const { members, messages } = JSON.parse(readFileSync(new URL("../vectors/mentions.json", import.meta.url), "utf8"));
    const handles = new Map(members.map((/** @type {string} */ handle) => [handle, handle]));
    const page = await browser.newPage();
    const texts = await page.evaluate((markups) => markups.map((markup) => {
        const { body } = new DOMParser().parseFromString(markup, "text/html");
        const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (walker.nextNode()) {
            found.push(walker.currentNode.parentElement?.closest("code, a") ? "" : walker.currentNode.nodeValue);
        }
        return found;
    }), messages.map((/** @type {any} */ { text }) => draw(text)));
    messages.forEach((/** @type {any} */ { text, mentions }, /** @type {number} */ index) => {
        const painted = texts[index].flatMap((piece) => splitMentions(piece || "", handles).flatMap(({ member }) => member || []));
        assert.deepEqual([...new Set(painted)], mentions, text);
    });
    await page.close();
});

test("a mention that is deleted or edited away takes its badge along, and one that an edit adds brings it", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, "Badges", [bob]);
    const { page, context, problems } = await openWindow(browser, bob);
    await page.goto("/agents");
    await live(page);
    const badge = () => page.locator(`.rail a[href="/rooms/${room.id}"] .rail__count`).allInnerTexts();
    const edit = (/** @type {number} */ one, /** @type {string} */ text) =>
        ada.call("PATCH", `/rooms/${room.id}/messages/${one}`, { text });
    const has = (/** @type {boolean} */ wanted, /** @type {string} */ what) =>
        becomes(async () => (await badge()).join().includes("@"), wanted, what);
    const { seq } = await say(ada, room, `Hello @${bob.user.handle}`);
    await has(true, "mentioned");
    await edit(seq, `Hello \`@${bob.user.handle}\``);
    await has(false, "in code it is no mention");
    await edit(seq, `Hello @${bob.user.handle}!`);
    await has(true, "an edit mentions again");
    await page.reload();
    await has(true, "the same after a reload");
    await ada.call("DELETE", `/rooms/${room.id}/messages/${seq}`);
    await has(false, "deleted");
    assertNoProblems(problems);
    await context.close();
});
