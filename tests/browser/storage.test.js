// The storage of a user: how much the runs have left, a quota, and deleting the output of a run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { finishedRun, newScript, runScript, writeOutput } from "./support/runs.js";
import { sql } from "./support/studio.js";
import { until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

/** A quota of the user's own. @param {import("./support/people.js").Person} person @param {number | null} megabytes */
async function grant(person, megabytes) {
    const boss = await admin();
    await boss.edit(`/admin/users/${person.user.id}`, { storage_mb: megabytes });
}

/** The script's run has ended, and so much has been counted. @param {import("./support/people.js").Person} person @param {number} bytes */
async function stored(person, bytes) {
    const run = await finishedRun(person);
    await writeOutput(run, `repeat('x', ${bytes - 1}) || E'\\n'`, 1);
    await sql(`update runs set stored_bytes = ${bytes} where id = '${run.id}';
               insert into storage_changes (principal_id, bytes) values ('${person.user.id}', ${bytes})`);
    return run;
}

test("an administrator sets the storage of everybody and of one user, and sees what is in use", async () => {
    const boss = await admin();
    const ada = await newPerson("Ada");
    await stored(ada, 1500000);
    const kept = await boss.call("GET", "/admin/settings");
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto("/settings");
    await page.getByLabel("Storage per user (MB)").fill("3000");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Settings saved").waitFor();
    assert.equal((await boss.call("GET", "/admin/settings")).user_storage_mb, 3000);

    await page.goto(`/users?search=${encodeURIComponent(ada.email)}`);
    const row = page.getByRole("row", { name: new RegExp(ada.email) });
    await row.getByText("1.5 MB of 3.0 GB").waitFor();
    await row.getByRole("button", { name: "Actions for" }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    const field = page.getByRole("dialog").getByLabel("Storage (MB)");
    await field.fill("a lot");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").locator("[aria-invalid=true]").waitFor();
    await field.fill("20");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await row.getByText("1.5 MB of 20 MB").waitFor();
    await boss.edit("/admin/settings", kept);
    assertNoProblems(problems);
    await context.close();
});

test("a user whose storage is full sees why nothing starts, deletes the output of a run, and goes on", async () => {
    const ada = await newPerson("Ada");
    await grant(ada, 1);
    const run = await stored(ada, 1200000);
    const script = await newScript(ada, "echo hello", { name: `script ${process.pid}` });
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/profile");
    await page.getByText("1.2 MB of 1.0 MB").waitFor();
    assert.equal(await page.getByLabel("Storage in use").getAttribute("value"), "1200000");
    await page.goto(`/scripts/${script.id}`);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByRole("complementary").getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("Your storage is full: the output and files of your runs take up 1.2 MB of 1.0 MB.").waitFor();

    await page.goto("/profile");
    await page.getByRole("link", { name: "your runs" }).click();
    await page.locator(`a[href="/runs/${run.id}"]`).click();
    await page.locator(".log__row").first().waitFor();
    await page.getByRole("button", { name: "Run menu" }).click();
    await page.getByRole("menuitem", { name: "Delete output and files…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("This output is no longer kept.").waitFor();
    await page.getByText("Output and files deleted").waitFor();
    await until(async () => (await ada.call("GET", "/profile/storage")).used_bytes, (bytes) => bytes === 0, "all is free");
    await runScript(ada, "echo hello");
    assertNoProblems(problems);
    await context.close();
});

test("only the owner of a run is offered to delete what it left, and not while it goes on", async () => {
    const ada = await newPerson("Ada");
    const run = await runScript(ada, "echo begun; sleep 600");
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto(`/runs/${run.id}`);
    await page.locator(".log__row", { hasText: "begun" }).waitFor();
    const offered = async () => {
        await page.getByRole("button", { name: "Run menu" }).click();
        await page.getByRole("menuitem", { name: "Copy link" }).waitFor();
        const count = await page.getByRole("menuitem", { name: "Delete output and files…" }).count();
        await page.keyboard.press("Escape");
        return count;
    };
    assert.equal(await offered(), 0);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    assert.equal(await offered(), 1);
    assertNoProblems(problems);
    await context.close();
});
