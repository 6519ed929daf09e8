// The outbox: what is written is posted once, and nothing that is not yet posted is lost, whatever becomes of requests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, message, openBrowser, openRoom, openWindow, reads, write } from "./support/browser.js";
import { together } from "./support/rooms.js";
import { sql } from "./support/studio.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("a message that could not be sent keeps its text, and is posted once when sent again", async () => {
    const { room, left, right, end } = await together(browser, "Retry");
    let lost = 0;
    await left.route(`**/api/rooms/${room.id}/messages`, async (route) => {
        if (lost++ === 0) {
            // The server takes it; only the answer is lost.
            await fetch(route.request().url(), { method: "POST", headers: await route.request().allHeaders(), body: route.request().postData() });
            await route.abort();
        } else {
            await route.continue();
        }
    });
    // Without the live connection the arrival is not noticed, as when the network breaks in that moment.
    await left.evaluate((module) => import(module).then((socket) => socket.stopSocket()), "/js/socket.js");
    await write(left, "Only once, please");
    await left.getByText("Waiting for connection").waitFor();
    await message(right, "Only once, please").waitFor();
    await left.getByRole("button", { name: "Retry" }).click();
    await message(left, "Only once, please").waitFor();
    assert.equal(await sql(`select count(*) from room_events where room_id = '${room.id}' and kind = 'message'`), "1");
    assert.equal(await message(left, "Only once, please").count(), 1);
    await end();
});

test("an unsent message is kept when another window of the same person posts the same text", async () => {
    const { ada, room, left, end } = await together(browser, "Twice");
    const other = await openWindow(browser, ada);
    await openRoom(other.page, room);
    const address = `**/api/rooms/${room.id}/messages`;
    await left.route(address, (route) => route.abort());
    await write(left, "ok");
    await left.getByText("Waiting for connection").waitFor();
    await write(other.page, "ok");
    await message(left, "ok").waitFor();
    // what comes after it has been taken, too
    await write(other.page, "next");
    await message(left, "next").waitFor();
    await left.getByText("Waiting for connection").waitFor();
    await left.unroute(address); // it is sent by itself, because the live connection stands
    await reads(left, ["ok", "next", "ok"]);
    assert.equal(await sql(`select count(*) from room_events where room_id = '${room.id}' and kind = 'message'`), "3");
    await left.getByText("Waiting for connection").waitFor({ state: "detached" });
    assertNoProblems(other.problems);
    await other.context.close();
    await end();
});

test("an unsent message outlives a reload after another tab of the browser has sent one", async () => {
    const { room, left, end } = await together(browser, "Tabs");
    const tab = await left.context().newPage();
    await openRoom(tab, room);
    await left.route(`**/api/rooms/${room.id}/messages`, (route) => route.abort());
    await write(left, "Not yet");
    await left.getByText("Waiting for connection").waitFor();
    await write(tab, "Here I am");
    await message(left, "Here I am").waitFor();
    await message(tab, "Here I am").waitFor();
    await left.reload();
    await left.getByRole("article", { name: "Your message was not sent" }).getByText("Not yet", { exact: true }).waitFor();
    await end();
});

/** The first message is posted, but its answer is lost. @param {any} page @param {any} room @param {(post: () => Promise<any>, lose: () => Promise<any>) => Promise<void>} how */
async function loseAnswer(page, room, how) {
    let asked = 0;
    await page.route(`**/api/rooms/${room.id}/messages`, async (/** @type {import("playwright-core").Route} */ route) => {
        const request = route.request();
        const headers = await request.allHeaders();
        const post = () => fetch(request.url(), { method: "POST", headers, body: request.postData() });
        await (asked++ === 0 ? how(post, () => route.abort()) : route.continue());
    });
}

test("a message that arrives after its answer was lost stands there once", async () => {
    const { room, left, end } = await together(browser, "Lost before");
    await loseAnswer(left, room, async (post, lose) => {
        await lose();
        await left.getByText("Waiting for connection").waitFor();
        await post();
    });
    await write(left, "Only once, please");
    await message(left, "Only once, please").waitFor();
    await left.getByText("Waiting for connection").waitFor({ state: "detached" });
    await reads(left, ["Only once, please"]);
    assert.equal(await sql(`select count(*) from room_events where room_id = '${room.id}' and kind = 'message'`), "1");
    await end();
});

test("a message that arrives before its answer is lost stands there once", async () => {
    const { room, left, end } = await together(browser, "Lost after");
    let sending = -1;
    await loseAnswer(left, room, async (post, lose) => {
        await post();
        await message(left, "Only once, please").waitFor();
        sending = await left.getByRole("article", { name: "Sending your message" }).count();
        await lose();
    });
    await write(left, "Only once, please");
    await write(left, "Sent after it");
    await message(left, "Sent after it").waitFor();
    assert.equal(sending, 0);
    assert.equal(await left.getByText("Waiting for connection").count(), 0);
    await reads(left, ["Only once, please", "Sent after it"]);
    await becomes(() => left.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("outbox"))), []);
    await end();
});

test("a full disk is told, and what was written then is sent by itself when there is room", async () => {
    const { room, left, right, end } = await together(browser, "Full disk");
    await sql(`create function fill_disk() returns trigger language plpgsql as $$ begin raise disk_full; end $$;
        create trigger fill_disk before insert on room_events for each row when (new.room_id = '${room.id}') execute function fill_disk()`);
    await write(left, "Kept here");
    await left.getByRole("alert").filter({ hasText: "The server’s disk is full: nothing can be saved." }).waitFor();
    await left.getByText("Waiting for the server").waitFor();
    await sql("drop trigger fill_disk on room_events; drop function fill_disk");
    await message(right, "Kept here").waitFor();
    await message(left, "Kept here").waitFor();
    await left.getByRole("alert").filter({ hasText: "disk is full" }).waitFor({ state: "detached" });
    await end();
});
