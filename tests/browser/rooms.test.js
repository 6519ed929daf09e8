// Two people in one room: what one does, the other sees at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, message, openBrowser, openRoom, openWindow, reads, texts, write } from "./support/browser.js";
import { newPerson, newRoom, say } from "./support/people.js";
import { together } from "./support/rooms.js";
import { becomes, until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("a newcomer makes a room, invites a colleague, and both see each other's messages", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bobby Tables")];
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await right.page.goto("/rooms");
    await right.page.getByRole("heading", { name: "No rooms yet" }).waitFor();
    await left.page.goto("/rooms");
    await left.page.getByRole("main").getByRole("button", { name: "New room" }).first().click();
    await left.page.getByLabel("Name").fill("First room");
    await left.page.getByLabel("Topic").fill("What we begin with");
    await left.page.getByRole("button", { name: "Create room" }).click();
    await left.page.getByRole("button", { name: "Invite people and agents" }).click();
    await left.page.locator("input[name=who]:focus").waitFor();
    await left.page.keyboard.type(bob.user.handle);
    await left.page.getByRole("option", { name: "Bobby Tables" }).click();
    await left.page.getByText("@" + bob.user.handle).first().waitFor();
    await right.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /First room/ }).click();
    await write(left.page, "Hello, Bobby");
    await message(right.page, "Hello, Bobby").waitFor();
    await write(right.page, "Hello, Ada");
    await Promise.all([left.page, right.page].map((page) => reads(page, ["Hello, Bobby", "Hello, Ada"])));
    assertNoProblems([...left.problems, ...right.problems]);
    await Promise.all([left.context.close(), right.context.close()]);
});

test("messages keep their order, however fast both write", async () => {
    const { left, right, end } = await together(browser, "Order");
    const all = async (/** @type {any} */ page, /** @type {string} */ name) => {
        for (let n = 1; n <= 10; n++) {
            await write(page, `${name} ${n}`);
        }
    };
    await Promise.all([all(left, "left"), all(right, "right")]);
    await Promise.all([message(left, "right 10").waitFor(), message(right, "left 10").waitFor(), message(left, "left 10").waitFor(), message(right, "right 10").waitFor()]);
    const mine = await until(() => texts(left), ({ length }) => length === 20, "all of both");
    await reads(right, mine);
    assert.deepEqual(mine.filter((text) => text.startsWith("left")), Array.from({ length: 10 }, (_, n) => `left ${n + 1}`));
    await end();
});

test("the beginning of a room and its messages are drawn at once, so that nothing moves", async () => {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, "Steady");
    await say(ada, room, "The only word");
    const { page, problems, context } = await openWindow(browser, ada);
    await page.addInitScript(() => {
        const seen = /** @type {string[]} */ (/** @type {any} */ (window).seenAtStart = []);
        new MutationObserver(() => document.querySelector(".room__start") && seen.push(document.querySelector(".room__log").textContent))
            .observe(document, { childList: true, subtree: true });
    });
    await page.goto(`/rooms/${room.id}`);
    await message(page, "The only word").waitFor();
    const [first] = await page.evaluate(() => /** @type {any} */ (window).seenAtStart);
    assert.match(first, /This is the start of the room.*The only word/s);
    assertNoProblems(problems);
    await context.close();
});

test("an edit and a deletion show on both sides", async () => {
    const { ada, room, left, right, end } = await together(browser, "Second thoughts");
    await say(ada, room, "Teh first word");
    await message(left, "Teh first word").hover();
    await message(left, "Teh first word").getByRole("button", { name: "Edit" }).click();
    await left.getByRole("textbox", { name: "Edit the message" }).fill("The first word");
    await left.keyboard.press("Enter");
    await message(right, "The first word").getByText("edited").waitFor();
    await message(left, "The first word").hover();
    await message(left, "The first word").getByRole("button", { name: "Message menu" }).click();
    await left.getByRole("menuitem", { name: "Delete" }).click();
    await left.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await right.getByText("This message was deleted.").waitFor();
    await left.getByText("This message was deleted.").waitFor();
    assert.equal(await message(right, "The first word").count(), 0);
    await end();
});

test("a reply quotes what it answers, and the quotation leads there", async () => {
    const { bob, room, left, right, end } = await together(browser, "Answers");
    await say(bob, room, "What is the answer?");
    await message(left, "What is the answer?").focus();
    await left.keyboard.press("r");
    await left.getByText("Replying to").waitFor();
    await write(left, "Forty-two");
    const quote = message(right, "Forty-two").getByRole("button", { name: /What is the answer\?/ });
    await quote.click();
    await right.locator(".post--target", { hasText: "What is the answer?" }).waitFor();
    await end();
});

test("typing @ completes a member, who sees the mention as theirs", async () => {
    const { bob, left, right, end } = await together(browser, "Mentions");
    const composer = left.getByRole("textbox", { name: /^Message / });
    await composer.pressSequentially("Look at this, @" + bob.user.handle.slice(0, 5));
    await left.getByRole("option", { name: /Bob/ }).waitFor();
    await left.keyboard.press("Tab");
    await becomes(() => composer.inputValue(), `Look at this, @${bob.user.handle} `);
    await left.keyboard.press("Enter");
    await right.locator(".mention--me", { hasText: "@" + bob.user.handle }).waitFor();
    await end();
});

test("Markdown is drawn, and nothing of it runs", async () => {
    const { ada, room, right, end } = await together(browser, "Markdown");
    await say(ada, room, "**bold** `code` <img src=x onerror=alert(1)> [bad](javascript:alert(1)) ![far](https://example.org/a.png)\n\n```js\nconst a = 1;\n```");
    const post = message(right, "bold");
    await post.locator("strong", { hasText: "bold" }).waitFor();
    await post.locator(".hljs-keyword", { hasText: "const" }).waitFor();
    assert.equal(await post.locator("img").count(), 0);
    assert.equal(await post.locator("a[href^=javascript]").count(), 0);
    assert.match(await post.innerText(), /<img src=x onerror=alert\(1\)>/);
    await end();
});

test("unread messages are counted in the rail, and reading clears the count", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const [here, there] = [await newRoom(ada, "Here", [bob]), await newRoom(ada, "There", [bob])];
    const { page, context, problems } = await openWindow(browser, bob);
    await openRoom(page, here);
    await say(ada, there, "One");
    await say(ada, there, `Two, @${bob.user.handle}`);
    const link = page.getByRole("link", { name: /^There\s+2 unread messages, mentions you$/ });
    await link.click();
    await page.getByText("New", { exact: true }).waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Here", exact: true }).click();
    await page.getByRole("link", { name: "There", exact: true }).waitFor();
    await becomes(async () => (await bob.call("GET", `/rooms/${there.id}`)).unread, 0);
    assertNoProblems(problems);
    await context.close();
});

test("a draft is kept when one leaves the room", async () => {
    const { room, left, end } = await together(browser, "Drafts");
    const composer = left.getByRole("textbox", { name: /^Message / });
    await composer.fill("Half a thou");
    await left.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Agents" }).click();
    await left.goBack();
    await left.waitForURL(`**/rooms/${room.id}`);
    await becomes(() => composer.inputValue(), "Half a thou");
    await left.reload();
    await becomes(() => composer.inputValue(), "Half a thou");
    await end();
});

test("who is removed loses the room at once", async () => {
    const { ada, bob, room, right, end } = await together(browser, "Removal");
    await ada.call("DELETE", `/rooms/${room.id}/members/${bob.user.id}`);
    await right.getByRole("link", { name: "Removal" }).waitFor({ state: "detached" });
    await right.getByText("Not found").waitFor();
    await say(ada, room, "Now we are alone");
    assert.equal(await right.getByText("Now we are alone").count(), 0);
    await end();
});

test("an open room is found, read and joined", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const name = `Open ${process.pid}`;
    const room = await ada.call("POST", "/rooms", { name, visibility: "public" });
    await say(ada, room, "Everybody is welcome");
    const { page, context, problems } = await openWindow(browser, bob);
    await page.goto("/rooms?tab=public");
    await page.getByRole("link", { name }).click();
    await message(page, "Everybody is welcome").waitFor();
    await page.getByRole("button", { name: "Join room" }).click();
    await page.getByRole("button", { name: "2 members: 2 people, 0 agents" }).waitFor();
    await write(page, "Thank you");
    await message(page, "Thank you").waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a room is renamed, archived, and deleted only after its name was typed", async () => {
    const { room, left, right, end } = await together(browser, "Old name");
    await left.goto(`/rooms/${room.id}?panel=settings`);
    await left.getByRole("textbox", { name: "Name", exact: true }).fill("New name");
    await left.getByRole("button", { name: "Save" }).click();
    await right.getByRole("heading", { name: "New name", level: 1 }).waitFor();
    await left.getByText("Room saved").waitFor();
    await left.getByRole("button", { name: "Archive room" }).click();
    await right.getByText("This room is archived (read-only).").waitFor();
    await left.getByText("This room is archived (read-only).").waitFor();
    await left.getByRole("button", { name: "Delete room…" }).click();
    const dialog = left.getByRole("dialog");
    await becomes(() => dialog.getByRole("button", { name: "Delete room" }).isEnabled(), false);
    await dialog.getByLabel(/Type “New name”/).fill("New name");
    await dialog.getByRole("button", { name: "Delete room" }).click();
    await left.waitForURL("**/rooms");
    await right.getByRole("link", { name: "New name" }).waitFor({ state: "detached" });
    await end();
});
