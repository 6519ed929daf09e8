// The history of runs, and how long it is kept.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { bytes, duration } from "../../htdocs/js/format.js";
import { filterOf, merged } from "../../htdocs/js/run/list.js";
import { took, why } from "../../htdocs/js/run/words.js";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { finishedRun, runScript } from "./support/runs.js";
import { sql } from "./support/studio.js";
import { becomes } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("filters of the address become those of the API, in the reader's days", () => {
    const now = Date.UTC(2026, 10, 20, 12);
    assert.deepEqual(filterOf({ state: "live", time: "hour", who: "me" }, now), { state: "queued,running,waiting", kind: undefined, script: undefined, asked_by: "me",
        room: undefined, agent: undefined, since: "2026-11-20T11:00:00.000Z", until: undefined });
    const { since, until: end } = filterOf({ since: "2026-11-01", until: "2026-11-02" }, now);
    assert.deepEqual([since, end], [new Date(2026, 10, 1).toISOString(), new Date(2026, 10, 3).toISOString()]);
    assert.equal(filterOf({ since: "yesterday" }, now).since, undefined);
});

test("the newest page is put over what is shown: news first, what does not fit any more is gone", () => {
    const of = (/** @type {string} */ id, state = "running") => ({ id, state });
    const shown = ["6", "5", "4", "3", "2", "1"].map((id) => of(id));
    const next = merged(shown, [of("7"), of("6", "failed"), of("4")], true);
    assert.deepEqual(next.map(({ id, state }) => id + state), ["7running", "6failed", "4running", "3running", "2running", "1running"]);
    assert.deepEqual(merged(shown, [of("2")], false), [of("2")]);
    assert.deepEqual(merged([], [], true), []);
});

test("how a run ended, and how long it took, in words", () => {
    const run = { state: "failed", reason: null, ended_by: "exit", exit_code: 3, signal: null, started_at: "2026-11-20T12:00:00Z", finished_at: "2026-11-20T12:02:05Z" };
    assert.equal(why(/** @type {any} */ (run)), "Exit code 3.");
    assert.equal(why(/** @type {any} */ ({ ...run, ended_by: "signal", signal: 9 })), "Killed by signal 9.");
    assert.equal(why(/** @type {any} */ ({ ...run, ended_by: "memory", reason: "Too much." })), "Too much.");
    assert.equal(why(/** @type {any} */ ({ ...run, state: "succeeded" })), "");
    assert.deepEqual([took(/** @type {any} */ (run)), took(/** @type {any} */ ({ ...run, started_at: null }))], ["2 min 5 s", ""]);
    assert.deepEqual([0, 340, 4200, 59999, 3600000].map((ms) => duration(ms)), ["0 ms", "340 ms", "4.2 s", "1 min 0 s", "1 h 0 min"]);
    assert.deepEqual([0, 1, 999, 1000, 14500, 1e9].map((n) => bytes(n)), ["0 bytes", "1 byte", "999 bytes", "1.0 KB", "15 KB", "1.0 GB"]);
});
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
    await page.locator(`tr:has(a[href="/runs/${run.id}"])`).getByText("Cancelled", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "Failed" }).check();
    await page.waitForURL(/state=failed/);
    await page.waitForFunction(() => [...document.querySelectorAll(".table tbody tr .pill")].every((pill) => pill.textContent === "Failed"));
    await page.getByLabel("Time").selectOption("hour");
    await page.waitForURL(/time=hour/);
    await page.reload();
    await page.getByRole("radio", { name: "Failed", checked: true }).waitFor();
    await page.getByLabel("Kind").selectOption("agent");
    await page.getByText("No runs found").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
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
    await page.getByLabel("Keep runs (days)").fill("-3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field__error").waitFor();
    await page.getByLabel("Keep runs (days)").fill("45");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Settings saved").waitFor();
    assert.equal((await boss.call("GET", "/admin/settings")).run_retention_days, 45);
    await page.getByLabel("Python packages").fill("https://me:secret@example.org/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field__error", { hasText: "visible to every script" }).waitFor();
    await page.getByLabel("Python packages").fill("https://packages.example.org/simple");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field__error").waitFor({ state: "detached" });
    await becomes(async () => (await boss.call("GET", "/admin/settings")).python_index_url, "https://packages.example.org/simple");
    await boss.edit("/admin/settings", kept);
    assertNoProblems(problems);
    await context.close();
    const other = await openWindow(browser, await newPerson("Ada"));
    await other.page.goto("/settings");
    await other.page.getByText("Page not found").waitFor();
    await other.context.close();
});
