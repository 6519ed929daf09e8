// Scripts: made, written, uploaded, run with parameters, deleted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, focused, openBrowser, openWindow } from "./support/browser.js";
import { newPerson } from "./support/people.js";
import { append, CODE, drop, editorOf, newScript, openScript } from "./support/scripts.js";
import { sql } from "./support/studio.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let ada;
before(async () => {
    browser = await openBrowser();
    ada = await newPerson("Ada");
});
after(() => browser.close());

test("the empty page makes an example that runs at once", async () => {
    await sql("update scripts set visibility = 'private'");
    const person = await newPerson("Beginner");
    const { page, context, problems } = await openWindow(browser, person);
    await page.goto("/scripts");
    await page.getByText("No scripts yet").waitFor();
    await page.getByRole("button", { name: "Create an example script" }).click();
    await page.getByRole("textbox", { name: /^Code of Hello/ }).waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const panel = page.getByRole("complementary");
    await becomes(() => panel.getByLabel("Name").inputValue(), "world");
    await panel.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(/[?&]run=[0-9a-f-]{36}/);
    await panel.getByRole("status").getByText("Succeeded", { exact: true }).waitFor();
    await panel.getByText("3: Hello, world!").waitFor();
    await page.getByRole("link", { name: "Runs", exact: true }).last().click();
    await page.getByRole("table", { name: "Runs" }).getByText("Succeeded", { exact: true }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a new script of a chosen kind starts from a template that works", async () => {
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/scripts");
    await page.getByRole("button", { name: "New script" }).first().click();
    const name = `Report ${process.pid}`;
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.getByRole("radio", { name: /^Python/ }).check();
    await page.getByRole("radio", { name: "Only me" }).check();
    await page.getByRole("button", { name: "Create script" }).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await page.getByText("import json").waitFor();
    const [found] = (await ada.call("GET", `/scripts?query=${encodeURIComponent(name)}`)).items;
    assert.deepEqual([found.kind, found.visibility, found.latest], ["python", "private", 1]);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Scripts" }).click();
    await page.getByRole("searchbox", { name: "Search by name and description" }).fill(name);
    await page.waitForURL(/q=Report/);
    await page.getByLabel("Kind").selectOption({ label: "Shell" });
    await page.getByText("No scripts found").waitFor();
    await page.getByLabel("Kind").selectOption({ label: "Python" });
    await page.getByRole("link", { name }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("the template of every kind that is installed works", async () => {
    const { page, context } = await openWindow(browser, ada);
    await page.goto("/scripts");
    for (const { kind } of (await ada.call("GET", "/scripts/kinds")).filter((/** @type {any} */ { installed }) => installed)) {
        // @ts-ignore a path of the server, not of this tree
        const template = await page.evaluate(async (which) => (await import("/js/script/templates.js")).templateOf(which), kind);
        const script = await newScript(ada, { kind, ...template });
        const { id } = await ada.call("POST", `/scripts/${script.id}/run`, {});
        await page.goto(`/runs/${id}`);
        await page.getByText("Succeeded", { exact: true }).first().waitFor();
        const { chunks } = await ada.call("GET", `/runs/${id}/output?tail=20000`);
        const output = chunks.map((/** @type {any} */ { text }) => text).join("");
        assert.match(output, /Hello, world!/, kind);
        assert.doesNotMatch(output, /warning/i, kind);
    }
    await context.close();
});

test("a taken name is told at its field", async () => {
    const script = await newScript(ada);
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/scripts");
    await page.getByRole("button", { name: "New script" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill(script.name);
    await dialog.getByRole("button", { name: "Create script" }).click();
    await dialog.getByRole("alert").or(dialog.locator(".field__error")).first().waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("Ctrl-S saves a version; keys typed into the code are no shortcuts", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await append(page, script, "# g s n ? / r");
    await page.getByRole("link", { name: "Code •" }).waitFor();
    await page.keyboard.press("Control+s");
    await page.getByText("Saved as version 2").waitFor();
    await page.getByRole("link", { name: "Code", exact: true }).waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).code, CODE + "# g s n ? / r");
    assert.equal(await page.getByRole("dialog").count(), 0);
    await end();
});

test("the keyboard gets into the editor, finds there, and gets out again", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await editorOf(page, script).focus();
    await page.keyboard.press("Control+f");
    await page.getByRole("textbox", { name: "Find" }).pressSequentially("two");
    await page.locator(".cm-searchMatch").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("textbox", { name: "Find" }).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement?.textContent || ""), /Upload file/);
    await end();
});

test("what a script takes is made in a table, and asked for before a run", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script, "?tab=parameters");
    await page.getByRole("button", { name: "Add parameter" }).click();
    await page.getByLabel("Name of the new parameter").fill("server");
    await page.getByText("PARAM_SERVER").waitFor(); // how it gets to the script
    await page.getByLabel("Label of server").fill("Which server");
    await page.getByRole("checkbox", { name: "Required: server" }).check();
    await page.getByLabel("Choices (one per line) of server").fill("north\nsouth");
    await page.getByRole("button", { name: "Add parameter" }).click();
    await page.getByLabel("Name of the new parameter").fill("tries");
    await page.getByLabel("Type of tries").selectOption({ label: "Whole number" });
    await page.getByLabel("Default of tries").fill("3");
    await page.getByLabel("Maximum of tries").fill("9");
    await page.getByRole("button", { name: "Move tries up" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as version 2").waitFor();
    const { parameters } = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual(parameters.order, ["tries", "server"]);
    assert.deepEqual(parameters.required, ["server"]);
    assert.deepEqual(parameters.properties, { server: { type: "string", title: "Which server", enum: ["north", "south"] }, tries: { type: "integer", default: 3, maximum: 9 } });
    await page.keyboard.press("Control+Enter");
    const panel = page.getByRole("complementary");
    await panel.getByLabel("tries").fill("10");
    await page.keyboard.press("Control+Enter");
    await panel.getByText("Must be at most 9").waitFor();
    await panel.getByText("Is required").waitFor();
    await panel.getByLabel("tries").fill("2");
    await panel.getByLabel("Which server").selectOption({ label: "south" });
    await panel.getByRole("switch", { name: /Dry run/ }).check();
    await panel.getByRole("button", { name: "Start dry run" }).click();
    await page.waitForURL(/[?&]run=[0-9a-f-]{36}/);
    await focused(panel.getByRole("button", { name: "Change inputs" }));
    const run = await ada.call("GET", `/runs/${new URL(page.url()).searchParams.get("run")}`);
    assert.deepEqual([run.parameters, run.dry_run, run.via], [{ tries: 2, server: "south" }, true, "ui"]);
    await end();
});

test("the schema itself can be edited, and what is not known is told", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script, "?tab=parameters");
    await page.getByRole("radio", { name: "JSON Schema" }).check();
    const editor = page.getByRole("textbox", { name: "JSON Schema of the parameters" });
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"type": "object", "properties": {"day": {"type": "string", "format": "date", "colour": "red"}}}');
    await page.getByText("Unsupported keywords were ignored: day.colour.").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText('{"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}');
    await page.getByText("Unsupported keywords").waitFor({ state: "detached" });
    await page.getByRole("radio", { name: "Table" }).check();
    assert.equal(await page.getByLabel("Name of day").inputValue(), "day");
    await page.keyboard.press("Control+s");
    await page.getByText("Saved as version 2").waitFor();
    await end();
});

test("code that changes the direction of text says so, and names from right to left move nothing around them", async () => {
    const person = await newPerson("Rina");
    const script = await newScript(person, { name: `תסריט ${process.pid}`, visibility: "team",
        code: "true\n# \u202e } \u2066\n" });
    const { page, end } = await openScript(browser, ada, script);
    await page.getByText("Line 2 contains U+202E").waitFor();
    await page.getByRole("textbox", { name: /^Code of/ }).locator(".cm-specialChar").nth(1).waitFor();
    await page.goto(`/scripts/${script.id}?tab=settings`);
    const owner = page.locator("bdi", { hasText: "Rina" }).last();
    await becomes(() => owner.evaluate((element) => getComputedStyle(element).unicodeBidi), "isolate");
    await page.goto("/scripts");
    const name = page.getByRole("table", { name: "Scripts" }).locator("b", { hasText: "תסריט" });
    await becomes(() => name.evaluate((element) => getComputedStyle(element).unicodeBidi), "isolate");
    await end();
});

test("files become scripts, by the button and by dropping them", async () => {
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/scripts");
    const name = `upload-${process.pid}`;
    await page.locator("input[type=file]").setInputFiles({ name: `${name}.py`, mimeType: "text/x-python", buffer: Buffer.from("print('hello')\n") });
    await page.getByRole("heading", { name: new RegExp(name), level: 1 }).waitFor();
    await page.getByText("print('hello')").waitFor();
    await page.goto("/scripts");
    await page.getByRole("button", { name: "Upload", exact: true }).waitFor();
    await drop(page, `${name}-dropped.sh`, "#!/bin/sh\necho dropped\n");
    await page.getByRole("heading", { name: new RegExp(`${name}-dropped`), level: 1 }).waitFor();
    await page.getByText("echo dropped").waitFor();
    await drop(page, "other.sh", "#!/bin/sh\necho other\n");
    await page.getByText("echo other").waitFor();
    await page.getByRole("link", { name: "Code •" }).waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as version 2").waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a script that uses the API says so before it runs", async () => {
    const script = await newScript(ada, { code: "true" });
    const { page, end } = await openScript(browser, ada, script);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("This script takes no parameters.").waitFor();
    assert.equal(await page.getByText("in your name").count(), 0);
    await page.goto(`/scripts/${script.id}?tab=settings`);
    await page.getByLabel("API access").selectOption("read");
    await page.getByText("Runs can view rooms, messages, scripts and runs. They act in the name of the user who starts them").waitFor();
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Settings saved").waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).api, "read");
    await page.getByRole("button", { name: "Run", exact: true }).first().click();
    await page.getByText("This script acts through the API in your name. Runs can view rooms").waitFor();
    await end();
});

test("a script of half a megabyte opens, is edited and saved", async () => {
    const code = "#!/bin/sh\n" + "echo 0123456789012345678901234567890123456789012345678901234\n".repeat(8500);
    const script = await newScript(ada, { code });
    const { page, end } = await openScript(browser, ada, script);
    await append(page, script, "# the end");
    await page.keyboard.press("Control+s");
    await page.getByText("Saved as version 2").waitFor();
    assert.ok((await ada.call("GET", `/scripts/${script.id}`)).code.endsWith("# the end"));
    assert.ok(await page.locator(".cm-line").count() < 500, "only what is seen is in the page");
    await end();
});

test("who may not change a script reads it, runs it, and sees no way to save", async () => {
    const script = await newScript(ada, { visibility: "team" });
    const { page, end } = await openScript(browser, await newPerson("Reader"), script);
    assert.equal(await page.getByRole("button", { name: "Save", exact: true }).count(), 0);
    await editorOf(page, script).click();
    await page.keyboard.type("echo mine");
    assert.equal(await page.getByText("echo mine").count(), 0);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("complementary").getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL(/[?&]run=/);
    await page.getByRole("link", { name: "Settings" }).click();
    assert.equal(await page.getByLabel("Name", { exact: true }).isDisabled(), true);
    await end();
});

test("settings are kept; the network is granted only by who may", async () => {
    const script = await newScript(ada);
    const limits = async () => (await ada.call("GET", `/scripts/${script.id}`)).runner_limits;
    await becomes(async () => "memory_mb" in await limits(), true); // a new studio's runner tells them when it has looked around
    const { page, end } = await openScript(browser, ada, script, "?tab=settings");
    await page.getByLabel("Description").fill("Counts to two");
    await page.getByRole("radio", { name: "Everyone" }).check();
    assert.equal(await page.getByLabel("Memory (MB)").getAttribute("placeholder"), String((await limits()).memory_mb));
    await page.getByLabel("Time limit (s)").fill("30");
    await page.getByRole("switch", { name: /Retry if the runner/ }).check();
    assert.equal(await page.getByRole("switch", { name: /Internet access/ }).isDisabled(), true);
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Settings saved").waitFor();
    const saved = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual([saved.description, saved.visibility, saved.limits, saved.retriable, saved.network, saved.latest], ["Counts to two", "team", { wall_seconds: 30 }, true, false, 1]);
    await end();
});

test("deleting a script needs its name, typed", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await page.getByRole("button", { name: "Script menu" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    const button = page.getByRole("button", { name: "Delete script" });
    assert.equal(await button.isDisabled(), true);
    await page.getByLabel(`Type “${script.name}” to confirm`).fill(script.name);
    await button.click();
    await page.getByRole("heading", { name: "Scripts", level: 1 }).waitFor();
    await assert.rejects(ada.call("GET", `/scripts/${script.id}`), /404/);
    await end();
});

