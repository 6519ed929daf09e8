// What breaks heals: offline browsers, a realtime server that dies, a whole studio that is stopped and started.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, live, message, openBrowser, openRoom, openWindow, reads, texts, write } from "./support/browser.js";
import { newPerson, newRoom, say } from "./support/people.js";
import { startRelay } from "./support/relay.js";
import { restart, studio } from "./support/studio.js";
import { becomes, until } from "./support/wait.js";

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

/** A room in a window that reaches the studio by a relay, and whose clock can be put forward.
 * @param {string} name */
async function openByRelay(name) {
    const relay = await startRelay();
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, name);
    const { page, context, problems } = await openWindow(browser, ada, { baseURL: relay.url });
    await page.clock.install();
    let opened = 0;
    page.on("websocket", () => opened++);
    await openRoom(page, room);
    await say(ada, room, "Message 1");
    await message(page, "Message 1").waitFor();
    const end = async () => {
        await context.close();
        await relay.stop();
    };
    return { relay, ada, room, page, problems, sockets: () => opened, end };
}

test("a connection that goes silent without a close is replaced, and what it missed stands there once", async () => {
    const { relay, ada, room, page, problems, end } = await openByRelay("Silent");
    relay.freeze();
    await say(ada, room, "Message 2");
    /** Looks a little later each time: not so much that a busy server seems to be a dead one. */
    const later = (/** @type {() => Promise<number>} */ look, ms = 250) => async () => {
        await page.clock.fastForward(ms);
        return look();
    };
    await until(later(() => page.getByText("Reconnecting…").count(), 2000), (count) => count === 1, "the page says that it reconnects");
    assert.equal(await message(page, "Message 2").count(), 0);
    relay.thaw();
    await until(later(() => message(page, "Message 2").count()), (count) => count > 0, "the missed message comes");
    await live(page);
    await until(later(() => page.getByText("Reconnecting…").count()), (count) => count === 0, "the page says no more");
    await write(page, "Message 3");
    await until(later(() => message(page, "Message 3").count()), (count) => count > 0, "the next message");
    await reads(page, numbered(1, 3));
    assertNoProblems(problems);
    await end();
});

test("without pulses from a runner the page reconnects less and less often", async () => {
    const { relay, page, sockets, end } = await openByRelay("Without pulses");
    relay.mute();
    const state = () => page.evaluate((module) => import(module).then((socket) => socket.link.get().state), "/js/socket.js");
    const begun = sockets();
    for (let second = 0; second < 1200; second += 10) {
        await page.clock.fastForward(10000);
        await becomes(state, "live");
    }
    const again = sockets() - begun;
    assert.ok(again >= 3 && again <= 8, `${again} reconnects in 20 minutes`);
    await end();
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
