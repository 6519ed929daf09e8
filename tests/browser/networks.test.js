// Named networks: an administrator defines one, gives it to a script, and takes it away again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {any} */
let boss;
before(async () => {
    browser = await openBrowser();
    boss = await admin();
});
after(() => browser.close());

test("a network is defined, a wrong line is named, and it is edited and deleted", async () => {
    const { page, context, problems } = await openWindow(browser, boss);
    const name = `Databases ${process.pid}`;
    const dialog = page.getByRole("dialog");
    await page.goto("/networks");
    await page.getByRole("button", { name: "New network" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill(name);
    await page.getByRole("textbox", { name: "Destinations" }).fill("10.20.0.0/16 tcp 22\n\ndb.example.org");
    await page.getByRole("button", { name: "Create network" }).click();
    await dialog.getByText(/Line 3: .*db\.example\.org/).waitFor();
    await page.getByRole("textbox", { name: "Destinations" }).fill("10.20.0.0/16 tcp 22\n10.30.0.1");
    await page.getByRole("textbox", { name: "People" }).fill("@nobody-here");
    await page.getByRole("button", { name: "Create network" }).click();
    await dialog.getByText("There is no user @nobody-here.").waitFor();
    await page.getByRole("textbox", { name: "People" }).fill("");
    await page.getByRole("button", { name: "Create network" }).click();
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByText("and 1 more").waitFor();

    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    assert.equal(await page.getByRole("textbox", { name: "Destinations" }).inputValue(), "10.20.0.0/16 tcp 22\n10.30.0.1");
    await page.getByRole("textbox", { name: "Destinations" }).fill("10.30.0.1 udp 53");
    await dialog.getByRole("button", { name: "Save" }).click();
    await row.getByText("10.30.0.1 udp 53").waitFor();

    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialog.getByText("No script uses it.").waitFor();
    await dialog.getByRole("button", { name: "Delete network" }).click();
    await row.waitFor({ state: "detached" });
    assertNoProblems(problems.filter((problem) => !/422/.test(problem)));
    await context.close();
});

test("a script gets a network in its settings from those who may give it", async () => {
    const ada = await newPerson("Ada");
    const network = await boss.call("POST", "/networks",
        { name: `Shared ${process.pid}`, description: "The build servers", destinations: ["10.0.0.0/8 tcp 22"] });
    const script = await ada.call("POST", "/scripts", { name: `Networked ${process.pid}`, kind: "sh", code: "true", visibility: "team" });
    const hers = await openWindow(browser, ada);
    await hers.page.goto(`/scripts/${script.id}?tab=settings`);
    assert.equal(await hers.page.getByRole("checkbox", { name: network.name }).isDisabled(), true);

    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto(`/scripts/${script.id}?tab=settings`);
    await page.getByRole("checkbox", { name: network.name }).check();
    await page.getByRole("button", { name: "Save settings" }).click();
    await becomes(async () => (await boss.call("GET", `/scripts/${script.id}`)).networks.length, 1);

    await hers.page.reload();
    await hers.page.getByRole("checkbox", { name: network.name, checked: true }).uncheck();
    await hers.page.getByRole("button", { name: "Save settings" }).click();
    await becomes(async () => (await boss.call("GET", `/scripts/${script.id}`)).networks.length, 0);
    assertNoProblems([...problems, ...hers.problems]);
    await context.close();
    await hers.context.close();
});
