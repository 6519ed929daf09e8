// Scripts as they are edited: unsaved work, somebody else's versions, what changed from one to another.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, openWindow } from "./support/browser.js";
import { newPerson } from "./support/people.js";
import { append, CODE, newScript, openScript } from "./support/scripts.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let ada;
before(async () => {
    browser = await openBrowser();
    ada = await newPerson("Ada");
});
after(() => browser.close());

test("leaving with unsaved changes asks, by link and by the back button", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    const main = page.getByRole("navigation", { name: "Main" });
    await main.getByRole("link", { name: "Scripts" }).click();
    await page.getByRole("link", { name: script.name }).click();
    await append(page, script, "# precious");
    await main.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.evaluate(() => history.back());
    await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
    assert.ok(page.url().endsWith(`/scripts/${script.id}`));
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("link", { name: /^Parameters/ }).click();
    await page.getByText("This script takes no parameters").waitFor();
    await page.getByRole("link", { name: /^Code/ }).click();
    await page.getByText("# precious").waitFor();
    await main.getByRole("link", { name: "Mappings" }).click();
    await page.getByRole("button", { name: "Discard changes" }).click();
    await page.getByRole("heading", { name: "Mappings", level: 1 }).waitFor();
    await end();
});

test("what is not saved survives a reload, and is not put over a newer version unasked", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    page.on("dialog", (dialog) => dialog.accept());
    await append(page, script, "echo kept\n");
    await page.waitForFunction(() => Object.values(sessionStorage).some((text) => text.includes("echo kept")));
    await page.reload();
    await page.getByText("echo kept").waitFor();
    await ada.call("PATCH", `/scripts/${script.id}`, { version: script.version, code: CODE + "echo newer\n" });
    await page.reload();
    await page.getByText("Your unsaved changes were restored").waitFor();
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog", { name: "Someone else saved a newer version" }).getByRole("button", { name: "Discard my changes" }).click();
    await page.getByText("echo newer").waitFor();
    await page.getByRole("link", { name: "Code", exact: true }).waitFor();
    await page.waitForFunction(() => !Object.values(sessionStorage).some((text) => text.includes("echo kept")));
    await end();
});

test("somebody else's version is not overwritten unasked", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await append(page, script, "echo mine\n");
    await ada.call("PATCH", `/scripts/${script.id}`, { version: script.version, code: CODE + "echo theirs\n" });
    await page.keyboard.press("Control+s");
    const dialog = page.getByRole("dialog", { name: "Someone else saved a newer version" });
    await dialog.getByText("echo theirs").waitFor();
    await dialog.getByRole("button", { name: "Save my version" }).click();
    await page.getByText("Saved as version 3").waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).code, CODE + "echo mine\n");
    await end();
});

test("versions are listed, compared with each other and brought back", async () => {
    const script = await newScript(ada);
    const second = await ada.call("PATCH", `/scripts/${script.id}`, { version: script.version, code: CODE.replace("two", "three"), note: "Count on" });
    await ada.call("PATCH", `/scripts/${script.id}`, { version: second.version, code: CODE.replace("two", "four") });
    const { page, end } = await openScript(browser, ada, script, "?tab=versions");
    await page.getByText("Count on").waitFor();
    await page.getByRole("button", { name: "Actions for version 2" }).click();
    await page.getByRole("menuitem", { name: "View changes" }).click();
    const difference = page.getByRole("region", { name: "Code of version 1 compared with version 2" });
    await difference.getByText("echo three").waitFor();
    assert.equal(await page.locator(".diff__out").innerText(), "echo two");
    await page.getByRole("radio", { name: "Side by side" }).check();
    await page.locator(".diff__table--split").waitFor();
    await page.getByRole("combobox", { name: "compared with" }).selectOption({ label: "Version 3" });
    await page.getByRole("region", { name: "Code of version 3 compared with version 2" }).getByText("echo four").waitFor();
    await page.getByRole("button", { name: "Restore version 2" }).click();
    await page.getByText("Version 2 was restored").waitFor();
    await page.getByRole("link", { name: "Version 4" }).waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).code, CODE.replace("two", "three"));
    await page.getByRole("link", { name: /^Code/ }).click();
    await page.getByText("echo three").waitFor();
    await end();
});

test("the difference of two texts is right for every kind of change", async () => {
    const { page, context } = await openWindow(browser, null);
    await page.goto("/login");
    const wrong = await page.evaluate(async () => {
        // @ts-ignore a path of the server, not of this tree
        const { rowsBetween, hunksOf } = await import("/js/code/lines.js");
        let seed = 7;
        const random = (/** @type {number} */ n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
        for (let round = 0; round < 300; round++) {
            const [old, now] = [0, 0].map(() => Array.from({ length: random(30) }, () => "line " + random(6)).join("\n") + (random(2) ? "\n" : ""));
            const rows = rowsBetween(old, now);
            const side = (/** @type {string} */ name) => rows.map((/** @type {any} */ row) => row[name]).filter(Boolean);
            const lines = (/** @type {string} */ text) => (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n").filter((line, at, all) => line || all.length > 1);
            for (const [name, text] of [["left", old], ["right", now]]) {
                const got = side(name);
                if (got.map((/** @type {any} */ line) => line.text).join("\n") !== lines(text).join("\n") || got.some((/** @type {any} */ { number }, /** @type {number} */ at) => number !== at + 1)) {
                    return { old, now, rows };
                }
            }
            if (hunksOf(rows).flatMap((/** @type {any} */ hunk) => hunk.rows).length !== rows.length || hunksOf(rows).some((/** @type {any} */ hunk) => hunk.hidden && hunk.rows.some((/** @type {any} */ row) => !row.same))) {
                return { old, now, rows };
            }
        }
        return null;
    });
    assert.equal(wrong, null);
    await context.close();
});
