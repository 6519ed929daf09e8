// Every page: nothing refused by the content policy, no errors, no sideways scrolling on a phone, no axe finding.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { assertNoProblems, focused, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson, newRoom, say } from "./support/people.js";
import { runScript } from "./support/runs.js";
import { becomes } from "./support/wait.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Output in all sixteen colours, some others, on grounds, and on both streams. */
const COLOURFUL = `for n in 0 1 2 3 4 5 6 7; do printf '\\033[3%smtext\\033[0m \\033[9%smbright\\033[0m \\033[4%smground\\033[0m \\033[38;5;%smof many\\033[0m\\n' $n $n $n $((n * 31 + 20)); done; echo wrong >&2; exit 3`;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let boss;
/** @type {string[]} */
let pages;

before(async () => {
    browser = await openBrowser();
    boss = await admin();
    const ada = await newPerson("Ada Lovelace with a rather long name");
    const room = await newRoom(boss, `Look ${process.pid}`, [ada]);
    await say(boss, room, `Hello @${ada.user.handle}, see https://example.org/${"a-very-long-address/".repeat(12)}`);
    await say(ada, room, "| a | b |\n|---|---|\n| " + "wide ".repeat(40) + " | 2 |\n\n```sh\n" + "echo long ".repeat(30) + "\n```");
    await ada.call("POST", `/rooms/${room.id}/messages`, { text: "An answer", reply_to: 3 });
    const [agent] = (await boss.call("GET", "/agents")).items;
    const run = await runScript(boss, COLOURFUL, { name: `Colours ${process.pid}`, room: room.id, parameters: { type: "object", properties: { words: { type: "string", default: "many words ".repeat(20) } } } });
    pages = ["/rooms", "/rooms?tab=public", `/rooms/${room.id}`, `/rooms/${room.id}?panel=members`, `/rooms/${room.id}?panel=settings`, "/agents", `/agents/${agent.id}`,
        `/agents/${agent.id}?tab=log`, ...(await scriptPages()), "/runs", `/runs/${run.id}`, "/settings", "/providers", "/networks", "/users", "/audit", "/profile", "/profile?tab=security", "/profile?tab=tokens", "/styleguide", "/nowhere"];
});
after(() => browser.close());

/** Every page of a script with two versions and every kind of parameter, and of a mapping. */
async function scriptPages() {
    const mapping = await boss.call("POST", "/mappings", { name: `Look ${process.pid} with a rather long name`, entries: [{ key: "A_PLAIN_ONE", value: "x".repeat(300) }, { key: "TOKEN", value: "secret", secret: true }] });
    const properties = { name: { type: "string", title: "A label that is rather long for a field", default: "x".repeat(200) }, level: { type: "string", enum: ["one", "two"] },
        often: { type: "integer" }, loud: { type: "boolean" }, tags: { type: "array", enum: ["a", "b"] }, token: { type: "string", format: "password" }, text: { type: "string", format: "multiline" } };
    const script = await boss.call("POST", "/scripts", { name: `Look ${process.pid} at a script with a rather long name`, kind: "sh", mapping: mapping.id,
        code: "#!/bin/sh\n" + "echo a long line ".repeat(30) + "\n",
        files: [{ path: `roles/a-folder-with-a-long-name/${"a-very-long-name-".repeat(8)}.yml`, text: "a: 1\n", executable: true },
            { path: "logo.bin", base64: "AAEC/w==" }, { path: "notes.txt", text: "long words ".repeat(60) }], parameters: { type: "object", properties } });
    await boss.call("PATCH", `/scripts/${script.id}`, { version: script.version, code: "#!/bin/sh\n" + "echo another long line ".repeat(30) + "\n", note: "With a note",
        files: [{ path: "notes.txt", text: "other words ".repeat(60) }, { path: "logo.bin", remove: true },
            { path: "new.bin", base64: "AAEC/w==" }] });
    const at = `/scripts/${script.id}`;
    return ["/scripts", "/scripts?q=nothing-has-this", at, `${at}?file=notes.txt`, `${at}?file=new.bin`, `${at}?file=nothing`,
        `${at}?tab=parameters`, `${at}?tab=versions`, `${at}?tab=versions&version=2&from=1`, `${at}?tab=versions&version=1`,
        `${at}?tab=runs`, `${at}?tab=settings`, `${at}?panel=run`, "/mappings", `/mappings/${mapping.id}`];
}

/** Opens a page and waits until it is drawn whole. @param {import("playwright-core").Page} page @param {string} path */
async function open(page, path) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[aria-label^=Loading]").length <= Number(location.pathname === "/styleguide") * 9);
}

/** Serious and critical findings. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
async function findings(page) {
    await page.evaluate(axe);
    return page.evaluate(async () => {
        const { violations } = await /** @type {any} */ (window).axe.run(document, {
            resultTypes: ["violations"], rules: { "label-content-name-mismatch": { enabled: true } } });
        return violations.flatMap((/** @type {any} */ { id, nodes }) => nodes.map((/** @type {any} */ node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message || ""}`));
    });
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`${colorScheme}: every page is accessible and without errors`, async () => {
        const { page, context, problems } = await openWindow(browser, boss, { colorScheme });
        for (const path of pages) {
            await open(page, path);
            await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), colorScheme, path);
            assert.deepEqual(await findings(page), [], path);
        }
        assertNoProblems(problems);
        await context.close();
    });
}

test("on a phone every page is accessible, and none scrolls sideways", async () => {
    const { page, context, problems } = await openWindow(browser, boss, PHONE);
    for (const path of pages) {
        await open(page, path);
        const over = await page.evaluate(() => {
            const boxes = [document.documentElement, ...document.querySelectorAll(".page__scroll, .room__scroll, .panel__body")];
            return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
        });
        assert.ok(over <= 0, `${path}: ${over} px too wide`);
        assert.deepEqual(await findings(page), [], path);
    }
    assertNoProblems(problems);
    await context.close();
});

test("on a phone the rail is a drawer and the panel a sheet", async () => {
    const { page, context } = await openWindow(browser, boss, PHONE);
    await open(page, "/agents");
    const rail = page.getByRole("navigation", { name: "Main" });
    await rail.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Open sidebar" }).click();
    await rail.getByRole("link", { name: `Look ${process.pid}` }).click();
    await page.getByRole("button", { name: /members:/ }).click();
    await becomes(async () => {
        const sheet = await page.getByRole("complementary", { name: "Members" }).boundingBox();
        return [sheet?.x, sheet?.width];
    }, [0, 390]);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByRole("textbox", { name: /^Message / }).waitFor();
    assert.deepEqual(await findings(page), []);
    await context.close();
});

test("dialogs keep the focus, close with Escape and give the focus back", async () => {
    const { page, context, problems } = await openWindow(browser, boss);
    await open(page, "/rooms");
    await page.getByRole("main").getByRole("button", { name: "New room" }).focus();
    await page.keyboard.press("Enter");
    await focused(page.getByRole("dialog").locator("[name=name]"));
    assert.deepEqual(await findings(page), []);
    for (let n = 0; n < 12; n++) {
        await page.keyboard.press("Tab");
        assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog")), "inside the dialog");
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await becomes(() => page.evaluate(() => document.activeElement?.textContent?.trim()), "New room");
    assertNoProblems(problems);
    await context.close();
});

test("the keyboard leads to every place", async () => {
    const { page, context, problems } = await openWindow(browser, boss);
    await open(page, "/rooms");
    for (const [key, title] of [["a", "Agents"], ["s", "Scripts"], ["m", "Mappings"], ["h", "Runs"], ["u", "Users"], ["p", "Profile"], ["r", "Rooms"]]) {
        // both at once: the second has to follow soon, on a loaded machine as well
        await Promise.all([page.keyboard.press("g"), page.keyboard.press(key)]);
        await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    }
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await focused(page.getByRole("combobox", { name: "Search rooms, pages and actions" }));
    assert.deepEqual(await findings(page), []);
    await page.keyboard.type("audit");
    await page.getByRole("option", { name: /^Audit/, selected: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("rail, palette and keyboard lead to the pages that one may open, and to no other", async () => {
    const { page, context, problems } = await openWindow(browser, await newPerson("Ada"));
    await open(page, "/users");
    await page.getByRole("heading", { name: "Not found", level: 1 }).waitFor();
    const rail = page.getByRole("navigation", { name: "Main" }).locator("ul").last();
    const studio = ["Agents", "Scripts", "Runs", "Mappings", "Providers"];
    await becomes(() => rail.getByRole("link").allInnerTexts(), studio);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await becomes(() => help.locator("dt:has(kbd:text-is('g')) + dd").allInnerTexts(), ["Rooms", "Agents", "Scripts", "Runs", "Mappings", "Profile"]);
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    const places = page.getByRole("option").filter({ has: page.locator("small", { hasText: /^place$/ }) }).locator("span");
    await becomes(() => places.allInnerTexts(), ["Rooms", ...studio, "Profile"]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await Promise.all([page.keyboard.press("g"), page.keyboard.press("u")]);
    await Promise.all([page.keyboard.press("g"), page.keyboard.press("m")]);
    await page.getByRole("heading", { name: "Mappings", level: 1 }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("the theme of the profile is applied at once, kept, and there before the first paint", async () => {
    const ada = await newPerson("Ada");
    const { page, context } = await openWindow(browser, ada, { colorScheme: "light" });
    await open(page, "/profile");
    await page.getByRole("radio", { name: "Dark" }).check();
    const shown = () => page.evaluate(() => document.documentElement.dataset.theme);
    await becomes(shown, "dark");
    await becomes(async () => (await ada.call("GET", "/profile")).theme, "dark");
    // With every module held back, only the script in the head has run.
    await context.route("**/js/app.js", () => {});
    await page.goto("/rooms", { waitUntil: "commit" });
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await context.close();
    const other = await openWindow(browser, ada, { colorScheme: "light" });
    await open(other.page, "/rooms");
    await becomes(() => other.page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await other.context.close();
});
