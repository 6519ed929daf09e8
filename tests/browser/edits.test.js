// Two people, or two tabs, edit the same thing: nobody's change is lost, and nothing that was typed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { merge } from "../../htdocs/js/parts/form/merge.js";
import { assertNoProblems, focused, openBrowser, openRoom, openWindow } from "./support/browser.js";
import { admin, newAgent, newPerson, newRoom } from "./support/people.js";
import { CODE, append, newScript, openScript } from "./support/scripts.js";
import { becomes } from "./support/wait.js";

const NEWS = "Someone else changed this while you were editing.";
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let boss;
/** @type {any} */
let ada;
before(async () => {
    browser = await openBrowser();
    [boss, ada] = await Promise.all([admin(), newPerson("Ada")]);
});
after(() => browser.close());

/** @param {import("playwright-core").Page} page */
const save = (page) => page.getByRole("button", { name: /^Save( settings)?$/ }).click();

/** @param {import("playwright-core").Page} page @param {string} field */
const newsOf = (page, field) => page.getByRole("alert").filter({ hasText: NEWS }).getByRole("group", { name: field });

test("a newer version takes the fields that were not touched, and stands beside those that were", () => {
    const old = { a: 1, b: 1, c: 1, d: [1], rows: [{ key: 1, name: "A" }] };
    const now = { a: 2, b: 2, c: 2, d: [1], rows: [{ key: 9, name: "A" }] };
    assert.deepEqual(merge(old, { a: 1, b: 3, c: 2, d: [1, 2], rows: [{ key: 1, name: "B" }] }, now),
        { values: { a: 2, b: 3, c: 2, d: [1, 2], rows: [{ key: 1, name: "B" }] }, theirs: ["a"], both: ["b"] });
    assert.deepEqual(merge(old, old, old), { values: old, theirs: [], both: [] });
});

test("two pages of the settings: the second sees the other's values beside its own, and decides", async () => {
    const kept = await boss.call("GET", "/admin/settings");
    const [first, second] = await Promise.all([openWindow(browser, boss), openWindow(browser, boss)]);
    await Promise.all([first.page.goto("/settings"), second.page.goto("/settings")]);
    await second.page.getByLabel("Keep runs (days)").fill("60");
    await second.page.getByLabel("Storage per user (MB)").fill("3000");
    await first.page.getByLabel("Keep runs (days)").fill("45");
    await first.page.getByLabel("Keep output (days)").fill("12");
    await save(first.page);
    await first.page.getByText("Settings saved").waitFor();

    await save(second.page);
    const both = newsOf(second.page, "Keep runs (days)");
    await both.getByText("45", { exact: true }).waitFor();
    await both.getByText("60", { exact: true }).waitFor();
    await second.page.getByText("Keep output (days) is now: 12").waitFor();
    assert.equal(await second.page.getByLabel("Keep runs (days)").inputValue(), "60");
    assert.equal(await second.page.getByLabel("Storage per user (MB)").inputValue(), "3000");
    const stored = await boss.call("GET", "/admin/settings");
    assert.deepEqual([stored.run_retention_days, stored.run_output_retention_days, stored.user_storage_mb], [45, 12, kept.user_storage_mb]);

    await both.getByRole("button", { name: "Take theirs" }).click();
    await both.waitFor({ state: "detached" });
    assert.equal(await second.page.getByLabel("Keep runs (days)").inputValue(), "45");
    await save(second.page);
    await second.page.getByText("Settings saved").waitFor();
    await second.page.getByText(NEWS).waitFor({ state: "detached" });
    const next = await boss.call("GET", "/admin/settings");
    assert.deepEqual([next.run_retention_days, next.run_output_retention_days, next.user_storage_mb], [45, 12, 3000]);
    await boss.edit("/admin/settings", kept);
    for (const { context, problems } of [first, second]) {
        assertNoProblems(problems);
        await context.close();
    }
});

test("a room that changes elsewhere does not take away what is being typed about it", async () => {
    const room = await newRoom(ada, "Workshop");
    const { page, context, problems } = await openWindow(browser, ada);
    await openRoom(page, room);
    await page.goto(`/rooms/${room.id}?panel=settings`);
    await page.getByLabel("Topic").fill("What I know");
    await ada.edit(`/rooms/${room.id}`, { name: "Workbench", topic: "What they know" });
    await page.getByRole("heading", { name: "Workbench", level: 1 }).waitFor();
    const both = newsOf(page, "Topic");
    await both.getByText("What they know").waitFor();
    await both.getByRole("button", { name: "Keep mine" }).click();
    assert.equal(await page.getByLabel("Topic").inputValue(), "What I know");
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Workbench");
    await save(page);
    await page.getByText("Room saved").waitFor();
    const now = await ada.call("GET", `/rooms/${room.id}`);
    assert.deepEqual([now.name, now.topic], ["Workbench", "What I know"]);
    assertNoProblems(problems);
    await context.close();
});

test("long texts are compared line by line; what the form does not show is no reason to ask", async () => {
    const agent = await newAgent("Clerk", { kind: "command" });
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto(`/agents/${agent.id}`);
    await page.getByLabel("Instructions").fill("Be kind.\nBe brief.");
    await boss.call("POST", `/agents/${agent.id}/stop`);
    await save(page);
    await page.getByText("Agent saved").waitFor();

    await page.getByLabel("Instructions").fill("Be kind.\nBe thorough.");
    await boss.edit(`/agents/${agent.id}`, { prompt: "Be kind.\nBe funny." });
    await save(page);
    await newsOf(page, "Instructions").locator(".diff__out", { hasText: "Be funny." }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Instructions" }).inputValue(), "Be kind.\nBe thorough.");
    await save(page);
    await focused(page.getByRole("button", { name: "Take theirs" }));
    assert.equal((await boss.call("GET", `/agents/${agent.id}`)).prompt, "Be kind.\nBe funny.", "nothing is saved before the choice");
    await page.getByRole("button", { name: "Keep mine" }).click();
    await save(page);
    await becomes(async () => (await boss.call("GET", `/agents/${agent.id}`)).prompt, "Be kind.\nBe thorough.");
    assertNoProblems(problems);
    await context.close();
});

test("saving the settings of a script puts no unsaved code over somebody else's", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await append(page, script, "echo mine\n");
    await ada.edit(`/scripts/${script.id}`, { code: CODE + "echo theirs\n" });
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByLabel("Description").fill("What it is for");
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Settings saved").waitFor();
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog", { name: "Someone else saved a newer version" }).getByText("echo theirs").waitFor();
    const now = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual([now.code, now.description], [CODE + "echo theirs\n", "What it is for"]);
    await page.getByRole("button", { name: "Keep editing" }).click();
    await end();
});

test("in a dialog, choices are shown by their names", async () => {
    const eve = await newPerson("Eve");
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto(`/users?search=${encodeURIComponent(eve.email)}`);
    await page.getByRole("button", { name: "Actions for Eve" }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    await page.getByLabel("View the audit log").check();
    await boss.edit(`/admin/users/${eve.user.id}`, { permissions: ["rooms.create"], name: "Eva" });
    await save(page);
    const both = newsOf(page, "Permissions");
    await both.getByText("Create rooms", { exact: true }).waitFor();
    await both.getByText(/Create rooms,.*View the audit log/).waitFor();
    await page.getByText("Name is now: Eva").waitFor();
    await both.getByRole("button", { name: "Take theirs" }).click();
    await page.getByLabel("View the audit log").check();
    await save(page);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const now = await boss.call("GET", `/admin/users/${eve.user.id}`);
    assert.deepEqual([now.name, now.permissions.sort()], ["Eva", ["audit.read", "rooms.create"]]);
    assertNoProblems(problems);
    await context.close();
});

test("the theme of one tab does not stand in the way of the profile in another", async () => {
    const eve = await newPerson("Eve");
    const { page, context, problems } = await openWindow(browser, eve);
    await page.goto("/profile");
    await page.getByLabel("Name", { exact: true }).fill("Eve Online");
    await eve.edit("/profile", { theme: "dark" });
    await save(page);
    await page.getByText("Profile saved").waitFor();
    await eve.edit("/profile", { name: "Evelyn" });
    await page.getByLabel("Light").check();
    await becomes(() => page.getByLabel("Name", { exact: true }).inputValue(), "Evelyn");
    const now = await eve.call("GET", "/profile");
    assert.deepEqual([now.name, now.theme], ["Evelyn", "light"]);
    assertNoProblems(problems);
    await context.close();
});
