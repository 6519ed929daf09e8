// Log-in, registration, and what happens when a session ends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, focused, message, openBrowser, openRoom, openWindow, reads, write } from "./support/browser.js";
import { newPerson, newRoom } from "./support/people.js";
import { sql } from "./support/studio.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("one logs in and posts with the keyboard alone", async () => {
    const ada = await newPerson("Ada");
    await newRoom(ada, "Keyboard");
    const { page, context, problems } = await openWindow(browser, null);
    await page.goto("/");
    await page.getByRole("heading", { name: "Log in to CoAgent" }).waitFor();
    await focused(page.getByLabel("Email"));
    await page.keyboard.type(ada.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(ada.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Rooms", level: 1 }).waitFor();
    await page.keyboard.press("Control+k");
    await focused(page.getByRole("combobox", { name: "Search rooms, pages and actions" }));
    await page.keyboard.type("keyb");
    await page.getByRole("option", { name: /^Keyboard\s*room/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await focused(page.getByRole("textbox", { name: "Message Keyboard" }));
    await page.keyboard.type("No mouse was harmed");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("in this message");
    await page.keyboard.press("Enter");
    await message(page, "No mouse was harmed").waitFor();
    await reads(page, ["No mouse was harmed\nin this message"]);
    assertNoProblems(problems);
    await context.close();
});

test("a wrong password says so and keeps the address", async () => {
    const eve = await newPerson("Eve");
    const { page, context } = await openWindow(browser, null);
    await page.goto("/login");
    await page.getByLabel("Email").fill(eve.email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), eve.email);
    await context.close();
});

test("one registers and is in", async () => {
    const { page, context, problems } = await openWindow(browser, null);
    await page.goto("/login");
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.getByLabel("Name").fill("Newcomer");
    await page.getByLabel("Email").fill(`new.${process.pid}@example.com`);
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.locator("[aria-invalid=true]").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("a long enough pass phrase");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("link", { name: "Newcomer" }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a session that ends leads to the log-in, and from there back", async () => {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, "Back again");
    const { page, context } = await openWindow(browser, ada);
    await page.goto(`/rooms/${room.id}?panel=members`);
    await page.getByRole("heading", { name: "Members" }).waitFor();
    await sql(`update sessions set revoked_at = now(), revoked_reason = 'user' where user_id = '${ada.user.id}'`);
    await page.getByRole("link", { name: "Agents" }).click();
    await page.waitForURL(/\/login\?to=/);
    await page.getByText("Your session has ended").waitFor();
    await page.getByLabel("Email").fill(ada.email);
    await page.getByLabel("Password", { exact: true }).fill(ada.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await context.close();
});

test("an access token that ran out is renewed without a word", async () => {
    const ada = await newPerson("Ada");
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/rooms");
    await page.getByRole("heading", { name: "Rooms", level: 1 }).waitFor();
    await context.clearCookies({ name: /^auth_token/ });
    await page.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("table", { name: "Agents" }).or(page.getByText("No agents yet")).waitFor();
    await context.clearCookies({ name: /^auth_token/ });
    await page.reload();
    await page.getByRole("table", { name: "Agents" }).or(page.getByText("No agents yet")).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a page stops when somebody else logs in to the same browser, and keeps what was written", async () => {
    const [ada, bea] = [await newPerson("Ada"), await newPerson("Bea")];
    const room = await newRoom(ada, "Ada and Bea", [bea]);
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    const second = await context.newPage();
    await second.request.post("/api/auth/login", { data: { email: bea.email, password: bea.password } });
    await write(page, "from Ada's page");
    await page.getByText("You are now signed in as somebody else.", { exact: false }).first().waitFor();
    await page.getByText("Not sent.", { exact: false }).waitFor();
    assert.equal(await sql(`select count(*) from room_events where room_id = '${room.id}' and kind = 'message'`), "0");
    await second.request.post("/api/auth/login", { data: { email: ada.email, password: ada.password } });
    await page.getByRole("alert").getByRole("button", { name: "Reload" }).click();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await message(page, "from Ada's page").waitFor();
    assert.equal(await sql(`select principal_id from room_events where room_id = '${room.id}' and kind = 'message'`), ada.user.id);
    assertNoProblems(problems);
    await context.close();
});

test("logging out ends the session and shows the log-in", async () => {
    const ada = await newPerson("Ada");
    const { page, context } = await openWindow(browser, ada);
    await page.goto("/rooms");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in to CoAgent" }).waitFor();
    await becomes(() => sql(`select count(*) from sessions where user_id = '${ada.user.id}' and revoked_at is null`), "0");
    await context.close();
});
