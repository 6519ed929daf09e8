// The history of runs, and how long it is kept.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { finishedRun, runScript } from "./support/runs.js";
import { sql } from "./support/studio.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("the history: states change by themselves, filters are in the address, more is loaded", async () => {
    const ada = await newPerson("Ada");
    const old = await finishedRun(ada);
    await sql(`insert into runs (kind, state, asked_by, script_id, script_version, queued_at, started_at, finished_at, ended_by, exit_code)
        select kind, case when n % 2 = 0 then 'succeeded' else 'failed' end, asked_by, script_id, script_version, queued_at, started_at, finished_at, 'exit', n % 2
        from runs, generate_series(1, 120) n where id = '${old.id}'`);
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/runs");
    const rows = page.locator(".table tbody tr");
    await rows.first().waitFor();
    const first = await rows.count();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction((n) => document.querySelectorAll(".table tbody tr").length > n, first);
    const run = await runScript(ada, "trap 'exit 0' TERM; while :; do sleep 0.1; done");
    await page.getByRole("row", { name: "Running" }).first().waitFor();
    await ada.call("POST", `/runs/${run.id}/cancel`);
    await page.locator(`tr:has(a[href="/runs/${run.id}"])`).getByText("Stopped", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "Failed" }).check();
    await page.waitForURL(/state=failed/);
    await page.waitForFunction(() => [...document.querySelectorAll(".table tbody tr .pill")].every((pill) => pill.textContent === "Failed"));
    await page.getByLabel("Time").selectOption("hour");
    await page.waitForURL(/time=hour/);
    await page.reload();
    await page.getByRole("radio", { name: "Failed", checked: true }).waitFor();
    await page.getByLabel("Kind").selectOption("agent");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("button", { name: "Show everything" }).click();
    await page.waitForURL((url) => url.pathname === "/runs" && !url.search);
    await page.locator(`a[href="/runs/${run.id}"]`).click();
    await page.getByRole("complementary", { name: "About the run" }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("an administrator says how long runs are kept, nobody else", async () => {
    const boss = await admin();
    const kept = await boss.call("GET", "/admin/settings");
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto("/settings");
    await page.getByLabel("Runs, in days").fill("-3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field__error").waitFor();
    await page.getByLabel("Runs, in days").fill("45");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Settings saved").waitFor();
    assert.equal((await boss.call("GET", "/admin/settings")).run_retention_days, 45);
    await boss.call("PATCH", "/admin/settings", kept);
    assertNoProblems(problems);
    await context.close();
    const other = await openWindow(browser, await newPerson("Ada"));
    await other.page.goto("/settings");
    await other.page.getByText("There is no such page").waitFor();
    await other.context.close();
});
