// Mappings: variables and secrets are written, kept, replaced, attached to scripts; a secret never comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, focused, openBrowser, openWindow } from "./support/browser.js";
import { newPerson } from "./support/people.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let ada;
let counter = 0;
before(async () => {
    browser = await openBrowser();
    ada = await newPerson("Ada");
});
after(() => browser.close());

/** @param {any[]} entries @param {any} [more] */
const newMapping = (entries, more = {}) => ada.call("POST", "/mappings", { name: `Mapping ${process.pid} ${++counter}`, visibility: "private", entries, ...more });

/** A window on the page of a mapping. @param {any} mapping @param {any} [person] */
async function openMapping(mapping, person = ada) {
    const window = await openWindow(browser, person);
    await window.page.goto(`/mappings/${mapping.id}`);
    await window.page.getByRole("heading", { name: mapping.name, level: 1 }).waitFor();
    const end = async () => {
        assertNoProblems(window.problems);
        await window.context.close();
    };
    return { ...window, end };
}

test("a mapping is made, filled by hand and by pasted lines, and its secret never comes back", async () => {
    const { page, context, problems } = await openWindow(browser, ada);
    /** @type {string[]} */
    const answers = [];
    page.on("response", async (response) => {
        if (response.url().includes("/api/mappings")) {
            answers.push(await response.text().catch(() => ""));
        }
    });
    await page.goto("/mappings");
    await page.getByRole("button", { name: "New mapping" }).first().click();
    const name = `Production ${process.pid}`;
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Create mapping" }).click();
    await page.getByText("No variables yet").waitFor();
    await page.getByRole("button", { name: "Add variable" }).click();
    await focused(page.getByLabel("Name of the new variable"));
    await page.keyboard.type("REGION");
    await page.getByLabel("Value of REGION").fill("eu-west-1");
    await page.getByRole("button", { name: "Import .env" }).click();
    await page.getByRole("textbox", { name: "Lines" }).fill("# a comment\nexport DATABASE_URL=\"postgresql://db/app\"\nAPI_TOKEN=hunter2-and-more\nREGION=eu-north-1\nDIR=\"C:\\\\new\"\nnot a line");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await becomes(() => page.getByRole("checkbox", { name: "Secret: API_TOKEN" }).isChecked(), true);
    await becomes(() => page.getByLabel("Value of REGION").inputValue(), "eu-north-1");
    await becomes(() => page.getByLabel("Value of DIR").inputValue(), "C:\\new");
    await page.keyboard.press("Control+s");
    await page.getByText("Mapping saved").waitFor();
    await page.getByText("Stored", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("Stored", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("Value of DATABASE_URL").inputValue(), "postgresql://db/app");
    assert.equal(await page.getByLabel("Value of API_TOKEN").count(), 0);
    assert.ok(!answers.some((answer) => answer.includes("hunter2")), "no answer has the secret");
    assertNoProblems(problems);
    await context.close();
});

test("a stored secret stays when others are changed, and can be replaced", async () => {
    const mapping = await newMapping([{ key: "TOKEN", value: "first-secret", secret: true }, { key: "PLACE", value: "here" }]);
    const { page, end } = await openMapping(mapping);
    await page.getByLabel("Value of PLACE").fill("there");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Mapping saved").waitFor();
    await page.getByRole("button", { name: "Replace TOKEN" }).click();
    await page.getByLabel("Value of TOKEN").fill("abc");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Enter at least 4 characters.").waitFor();
    await page.getByLabel("Value of TOKEN").fill("second-secret");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Stored", { exact: true }).waitFor();
    const stored = await ada.call("GET", `/mappings/${mapping.id}`);
    assert.deepEqual(stored.entries.map((/** @type {any} */ { key, secret, value }) => [key, secret, value]).sort(), [["PLACE", false, "there"], ["TOKEN", true, null]]);
    await end();
});

test("names that cannot be are told in their row, and those that the server refuses as well", async () => {
    const mapping = await newMapping([]);
    const { page, end } = await openMapping(mapping);
    await page.getByRole("button", { name: "Add variable" }).click();
    await page.getByLabel("Name of the new variable").fill("1ST");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("starting with a letter").waitFor();
    await page.getByLabel("Name of 1ST").fill("PATH");
    await page.getByLabel("Value of PATH").fill("/tmp");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.locator(".entries__row").getByText("This name is reserved.").waitFor();
    await end();
});

test("a mapping is attached to a script, tells so, and cannot be deleted before it is free", async () => {
    const mapping = await newMapping([{ key: "REGION", value: "eu-west-1" }]);
    const script = await ada.call("POST", "/scripts", { name: `Uses ${mapping.name}`, kind: "sh", code: "echo $REGION\n", visibility: "private" });
    const { page, end } = await openMapping(mapping);
    await page.goto(`/scripts/${script.id}?tab=settings`);
    await page.getByRole("combobox", { name: "Mapping" }).selectOption({ label: mapping.name });
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Settings saved").waitFor();
    await page.goto("/mappings");
    await page.getByRole("link", { name: mapping.name }).click();
    await page.getByRole("link", { name: script.name }).waitFor();
    await page.getByRole("button", { name: "Mapping menu" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(`Type “${mapping.name}” to confirm`).fill(mapping.name);
    await dialog.getByRole("button", { name: "Delete mapping" }).click();
    await dialog.getByText(new RegExp(script.name)).waitFor();
    await ada.call("PATCH", `/scripts/${script.id}`, { version: script.version + 1, mapping: null });
    await dialog.getByRole("button", { name: "Delete mapping" }).click();
    await page.getByRole("heading", { name: "Mappings", level: 1 }).waitFor();
    await assert.rejects(ada.call("GET", `/mappings/${mapping.id}`), /404/);
    await end();
});

test("others see a mapping of the team, without its secrets and without a way to change it", async () => {
    const mapping = await newMapping([{ key: "TOKEN", value: "team-secret", secret: true }, { key: "PLACE", value: "here" }], { visibility: "team" });
    const { page, end } = await openMapping(mapping, await newPerson("Reader"));
    assert.equal(await page.getByLabel("Value of PLACE").getAttribute("readonly"), "");
    assert.equal(await page.getByRole("button", { name: "Save", exact: true }).count(), 0);
    assert.equal(await page.getByRole("button", { name: /Replace/ }).count(), 0);
    assert.ok(!(await page.content()).includes("team-secret"));
    await end();
});
