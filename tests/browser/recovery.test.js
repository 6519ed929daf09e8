// What breaks heals: offline browsers, a realtime server that dies, a whole studio that is stopped and started.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, live, message, openBrowser, openRoom, openWindow, reads, texts, write } from "./support/browser.js";
import { newPerson, newRoom, say } from "./support/people.js";
import { restart, studio } from "./support/studio.js";
import { until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

const numbered = (/** @type {number} */ from, /** @type {number} */ to) => Array.from({ length: to - from + 1 }, (_, n) => `Message ${from + n}`);

test("a browser that was offline catches up, nothing lost, nothing doubled", async () => {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, "Offline");
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    for (const text of numbered(1, 3)) {
        await say(ada, room, text);
    }
    await message(page, "Message 3").waitFor();
    await context.setOffline(true);
    await page.getByText("You’re offline.").waitFor();
    for (const text of numbered(4, 70)) {
        await say(ada, room, text);
    }
    assert.equal(await message(page, "Message 4").count(), 0);
    await context.setOffline(false);
    await message(page, "Message 70").waitFor();
    await until(() => texts(page), (seen) => seen.join() === numbered(1, 70).join(), "nothing lost, nothing doubled");
    await page.getByText("You’re offline.").waitFor({ state: "detached" });
    assertNoProblems(problems);
    await context.close();
});

test("a person with too many live connections is told, and connects when there are fewer", async () => {
    const ada = await newPerson("Ada");
    const { page, context } = await openWindow(browser, ada);
    await page.goto("/rooms");
    await live(page);
    await page.evaluate(() => {
        const open = () => new Promise((done) => {
            const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws/live");
            socket.onopen = () => done(socket);
        });
        return Promise.all(Array.from({ length: 19 }, open)).then((sockets) => Object.assign(window, { sockets }));
    });
    const second = await context.newPage();
    await second.goto("/rooms");
    await second.getByText("you have too many windows").waitFor();
    await second.getByRole("img", { name: "Too many live connections" }).waitFor({ state: "attached" });
    await page.evaluate(() => /** @type {any} */ (window).sockets.forEach((/** @type {WebSocket} */ socket) => socket.close()));
    await until(async () => {
        await second.getByRole("button", { name: "Connect this window" }).click({ timeout: 1000 }).catch(() => {});
        return second.getByRole("img", { name: "Connected", exact: true }).count();
    }, (count) => count === 1, "it connects");
    await context.close();
});

test("what is written offline is kept and sent by itself", async () => {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, "Written offline");
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    await context.setOffline(true);
    await page.getByText("You’re offline.").waitFor();
    await write(page, "From the train");
    await page.getByText("Waiting for connection").waitFor();
    await context.setOffline(false);
    await message(page, "From the train").waitFor();
    await reads(page, ["From the train"]);
    assertNoProblems(problems);
    await context.close();
});

test("the realtime server dies and comes back: both go on where they were", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, "Realtime", [bob]);
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await Promise.all([openRoom(left.page, room), openRoom(right.page, room)]);
    process.kill(studio().pids.nchan, "SIGKILL");
    for (const text of numbered(1, 5)) {
        await say(ada, room, text);
    }
    await message(right.page, "Message 5").waitFor();
    await live(right.page);
    await live(left.page);
    await write(left.page, "Message 6");
    await Promise.all([reads(right.page, numbered(1, 6)), reads(left.page, numbered(1, 6))]);
    await Promise.all([left.context.close(), right.context.close()]);
});

test("everything is still there after the studio was stopped and started, without a reload", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, "Restart", [bob]);
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await Promise.all([openRoom(left.page, room), openRoom(right.page, room)]);
    await write(left.page, "Message 1");
    await message(right.page, "Message 1").waitFor();
    await restart();
    await Promise.all([live(left.page), live(right.page)]);
    await write(right.page, "Message 2");
    await message(left.page, "Message 2").waitFor();
    await left.page.reload();
    await message(left.page, "Message 2").waitFor();
    await reads(left.page, numbered(1, 2));
    await Promise.all([left.context.close(), right.context.close()]);
});
