// A room with ten thousand messages feels like one with ten.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, message, openBrowser, openRoom, openWindow, write } from "./support/browser.js";
import { newPerson, newRoom, say } from "./support/people.js";
import { sql } from "./support/studio.js";
import { until } from "./support/wait.js";

const MANY = 10000;
const MOST_SHOWN = 700;

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

/** A room with many messages, written into the log at once. */
async function longRoom() {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, "Long", [bob]);
    await sql(`insert into room_events (room_id, seq, number, kind, principal_id, body, created_at)
        select r.id, r.last_seq + n, r.last_number + n, 'message', '${ada.user.id}',
            jsonb_build_object('text', 'Message ' || n || repeat(' and some more words', n % 9), 'mentions', '[]'::jsonb), now() - (${MANY} - n) * interval '2 minutes'
        from rooms r, generate_series(1, ${MANY}) n where r.id = '${room.id}';
        update rooms set last_seq = last_seq + ${MANY}, last_number = last_number + ${MANY} where id = '${room.id}';
        update room_members m set read_seq = r.last_seq, read_number = r.last_number from rooms r where m.room_id = r.id and r.id = '${room.id}'`);
    return { ada, bob, room };
}

test("ten thousand messages can be scrolled to the first, and never many are drawn", async () => {
    const { ada, room } = await longRoom();
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    await message(page, `Message ${MANY}`).waitFor();
    const most = await page.evaluate(async (start) => {
        const scroller = /** @type {HTMLElement} */ (document.querySelector(".room__scroll"));
        let drawn = 0;
        for (const end = Date.now() + 180000; Date.now() < end && !document.querySelector(start); ) {
            scroller.scrollTop = 0;
            await new Promise((done) => setTimeout(done, 20));
            drawn = Math.max(drawn, document.querySelectorAll(".post").length);
        }
        return drawn;
    }, ".room__start");
    await message(page, "Message 1 ").first().waitFor();
    assert.ok(most < MOST_SHOWN, `${most} messages were drawn at a time`);

    // With all of it loaded, typing and new messages are as quick as ever.
    const pause = await page.evaluate(async () => {
        const scroller = /** @type {HTMLElement} */ (document.querySelector(".room__scroll"));
        const frames = [];
        for (let n = 0; n < 40; n++) {
            const begun = performance.now();
            scroller.scrollTop += 700;
            await new Promise((done) => requestAnimationFrame(done));
            frames.push(performance.now() - begun);
        }
        return frames.sort((a, b) => a - b)[20];
    });
    assert.ok(pause < 200, `half of the frames took ${Math.round(pause)} ms and more`);
    await page.getByRole("button", { name: "Jump to latest" }).click();
    await write(page, "The newest of all");
    await message(page, "The newest of all").waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("what the reader looks at does not move when history or news come", async () => {
    const { ada, bob, room } = await longRoom();
    const { page, context } = await openWindow(browser, ada);
    await openRoom(page, room);
    await message(page, `Message ${MANY}`).waitFor();
    const scroller = page.locator(".room__scroll");
    await until(() => scroller.evaluate((box) => box.scrollTop), (top) => top > 1300, "as much is loaded as is wanted at first");
    const oldest = () => page.locator(".post").first().getAttribute("data-seq").then(Number);
    const loaded = await oldest();
    await scroller.evaluate((box) => void (box.scrollTop = 900));
    const anchor = () => page.evaluate(() => {
        const middle = [...document.querySelectorAll(".post")].find((post) => post.getBoundingClientRect().top > 300);
        return { seq: middle?.getAttribute("data-seq"), top: middle?.getBoundingClientRect().top || 0 };
    });
    const topOf = (/** @type {any} */ seq) => page.locator(`.post[data-seq="${seq}"]`).evaluate((post) => post.getBoundingClientRect().top);
    const seen = await anchor();
    const moved = async () => Math.abs((await topOf(seen.seq)) - seen.top);
    await until(oldest, (seq) => seq < loaded, "history was loaded above");
    await until(moved, (pixels) => pixels < 3, "history above moved it");
    await say(bob, room, "Some news at the end");
    await page.getByRole("button", { name: "1 new message" }).waitFor();
    assert.ok((await moved()) < 3, "news moved it");
    await context.close();
});

test("a link leads to a message far back", async () => {
    const { ada, room } = await longRoom();
    const { page, context, problems } = await openWindow(browser, ada);
    const seq = await sql(`select seq from room_events where room_id = '${room.id}' and body ->> 'text' like 'Message 9500%'`);
    await page.goto(`/rooms/${room.id}?at=${seq}`);
    await page.locator(".post--target", { hasText: "Message 9500" }).waitFor();
    await until(() => page.locator(".post--target").evaluate((post) => [post.getBoundingClientRect().top, post.getBoundingClientRect().bottom - innerHeight]),
        ([top, below]) => top > 40 && below < 0, "it is in view");
    assertNoProblems(problems);
    await context.close();
});
