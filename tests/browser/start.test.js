// The first minutes in a studio: the steps that tick themselves, and examples that run with one click.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("an administrator's first steps tick themselves and can be put away", async () => {
    const keeper = await newPerson("Start Keeper");
    await (await admin()).call("PATCH", `/admin/users/${keeper.user.id}`, { version: keeper.user.version, role: "admin" });
    await keeper.logIn(keeper.email, keeper.password);
    const { page, problems, context } = await openWindow(browser, keeper);
    await page.goto("/rooms");
    const steps = page.getByRole("region", { name: "First steps" });
    const step = (/** @type {string} */ title) => steps.getByRole("listitem").filter({ hasText: title });
    await step("Invite a person").getByText("(done)").waitFor({ state: "attached" });
    await step("Run a script").getByRole("button", { name: "Run an example" }).click();
    await page.getByText("Hello, world!").first().waitFor();
    await page.goto("/audit");
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    await becomes(async () => (await keeper.call("GET", "/start")).audit, true);
    await page.goto("/rooms");
    await step("Run a script").getByText("(done)").waitFor({ state: "attached" });
    await step("See the audit log").getByText("(done)").waitFor({ state: "attached" });
    await steps.getByRole("button", { name: "Hide first steps" }).click();
    await steps.waitFor({ state: "detached" });
    assert.equal((await keeper.call("GET", "/start")).hidden, true);
    assertNoProblems(problems);
    await context.close();
});

test("an example runs with one click from the page without scripts", async () => {
    const ada = await newPerson("Ada Example");
    const { page, problems, context } = await openWindow(browser, ada);
    // The first page of a new studio, whatever scripts other tests share in this one.
    await page.route(/\/api\/scripts$/, (route) => (route.request().method() === "GET"
        ? route.fulfill({ json: { items: [], next: null } }) : route.continue()));
    await page.goto("/scripts");
    await page.getByRole("button", { name: "Run System report" }).click();
    await page.getByText("in this sandbox").waitFor();
    assertNoProblems(problems);
    await context.close();
});
