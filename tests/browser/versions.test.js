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

test("what only one has changed asks for no choice; what both have changed is decided part by part", async () => {
    const parameters = { type: "object", properties: { days: { type: "integer" } } };
    const files = [{ path: "a.txt", text: "one\n" }, { path: "b.txt", text: "one\n" }];
    const script = await newScript(ada, { parameters, files });
    const { page, end } = await openScript(browser, ada, script);
    const stored = () => ada.call("GET", `/scripts/${script.id}`);
    await append(page, script, "echo mine\n");
    await ada.edit(`/scripts/${script.id}`, { description: "Only said" });
    await page.keyboard.press("Control+s");
    await page.getByText("Saved as version 2").waitFor();
    assert.deepEqual([(await stored()).code, (await stored()).description], [CODE + "echo mine\n", "Only said"]);

    await append(page, script, "echo more\n");
    const theirs = { type: "object", properties: { hours: { type: "integer" } } };
    await ada.edit(`/scripts/${script.id}`, { parameters: theirs, code: CODE + "echo theirs\n",
        files: [{ path: "a.txt", text: "two\n" }] });
    /** @type {string[]} */
    const asked = [];
    page.on("request", (request) => request.method() === "GET"
        && request.url().endsWith(`/api/scripts/${script.id}`) && asked.push(request.url()));
    await page.keyboard.press("Control+s");
    const dialog = page.getByRole("dialog", { name: "Someone else saved a newer version" });
    const code = dialog.getByRole("group", { name: "Code" });
    await code.getByText("echo theirs").waitFor();
    await code.getByText("echo more").waitFor();
    await dialog.getByText("Parameters: their version stays.").waitFor();
    await dialog.getByText("File a.txt: their version stays.").waitFor();
    await dialog.getByRole("button", { name: "Save my version" }).click();
    await page.getByText("Saved as version 4").waitFor();
    assert.deepEqual(asked, [], "the answer has the newer version already");
    const saved = await stored();
    assert.deepEqual([saved.code, Object.keys(saved.parameters.properties)], [CODE + "echo mine\necho more\n", ["hours"]]);
    assert.equal(saved.files.find((/** @type {any} */ { path }) => path === "a.txt").size, 4);
    await end();
});

test("a file and the parameters that both have changed are compared, and theirs can be taken", async () => {
    const parameters = { type: "object", properties: { days: { type: "integer" } } };
    const script = await newScript(ada, { parameters, files: [{ path: "a.txt", text: "one\n" }] });
    const { page, end } = await openScript(browser, ada, script);
    await page.getByRole("navigation", { name: "Files" }).getByRole("link", { name: /a\.txt/ }).click();
    const editor = page.getByRole("textbox", { name: "Content of a.txt" });
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("mine\n");
    await page.getByRole("link", { name: /^Parameters/ }).click();
    await page.getByLabel("Name of days").fill("weeks");
    await ada.edit(`/scripts/${script.id}`, { parameters: { type: "object", properties: { hours: { type: "integer" } } },
        files: [{ path: "a.txt", text: "one\ntheirs\n" }] });
    await page.keyboard.press("Control+s");
    const dialog = page.getByRole("dialog", { name: "Someone else saved a newer version" });
    const file = dialog.getByRole("group", { name: "File a.txt" });
    await file.locator(".diff__out", { hasText: "theirs" }).waitFor();
    await file.locator(".diff__in", { hasText: "mine" }).waitFor();
    const schema = dialog.getByRole("group", { name: "Parameters" });
    await schema.locator(".diff__out", { hasText: "hours" }).first().waitFor();
    await schema.getByRole("button", { name: "Take theirs" }).click();
    await dialog.getByText("Parameters: their version stays.").waitFor();
    assert.equal(await dialog.getByRole("group", { name: "Code" }).count(), 0);
    await dialog.getByRole("button", { name: "Save my version" }).click();
    await page.getByText("Saved as version 3").waitFor();
    const saved = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual(Object.keys(saved.parameters.properties), ["hours"]);
    assert.equal(await page.getByLabel("Name of hours").inputValue(), "hours");
    assert.equal(saved.files[0].size, "one\nmine\n".length);
    await end();
});

test("restoring on a page that is out of date offers the same choice as saving", async () => {
    const script = await newScript(ada);
    const second = await ada.edit(`/scripts/${script.id}`, { code: CODE + "echo second\n" });
    const { page, end } = await openScript(browser, ada, second, "?tab=versions");
    const restore = async () => {
        await page.getByRole("button", { name: "Actions for version 1", exact: true }).click();
        await page.getByRole("menuitem", { name: "Restore" }).click();
    };
    await page.getByRole("link", { name: "Version 2" }).waitFor();
    await ada.edit(`/scripts/${script.id}`, { code: CODE + "echo third\n" });
    await restore();
    const dialog = page.getByRole("dialog", { name: "Someone else saved a newer version" });
    await dialog.getByRole("region", { name: "Code of version 3 compared with version 1" }).getByText("echo third").waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).latest, 3, "nothing is restored before the choice");
    await dialog.getByRole("button", { name: "Keep version 3" }).click();
    await page.getByRole("link", { name: "Version 3" }).waitFor();

    await ada.edit(`/scripts/${script.id}`, { code: CODE + "echo fourth\n" });
    await restore();
    await dialog.getByText("echo fourth").waitFor();
    await dialog.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByText("Version 1 was restored").waitFor();
    await page.getByRole("link", { name: "Version 5" }).waitFor();

    await ada.edit(`/scripts/${script.id}`, { code: CODE + "echo sixth\n" });
    await page.reload();
    await page.getByRole("link", { name: "Version 6" }).waitFor();
    await ada.edit(`/scripts/${script.id}`, { description: "Only said" });
    await restore();
    await page.getByRole("link", { name: "Version 7" }).waitFor();
    const now = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual([now.code, now.description], [CODE, "Only said"]);
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
