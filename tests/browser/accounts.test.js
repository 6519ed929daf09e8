// Users, profile and audit as people use them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, live, openBrowser, openWindow } from "./support/browser.js";
import { admin, newPerson } from "./support/people.js";
import { studio } from "./support/studio.js";
import { becomes, until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

test("the first visitor of a new studio is told how to create its administrator, and becomes nothing", async () => {
    const { page, context, problems } = await openWindow(browser, null);
    await page.route("**/api/status", (route) => route.fulfill({ json: { status: "ok", authenticated: false, csrf_token: null, user: null, registration_open: false, setup_needed: true } }));
    await page.goto("/");
    await page.waitForURL(/\/login$/);
    await page.getByText("sudo coagentctl create-admin").waitFor();
    await page.goto("/register");
    await page.getByRole("heading", { name: "Registration is closed" }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("an administrator adds a user, gives a permission, disables them, and their window closes at once", async () => {
    const boss = await admin();
    const { page, context, problems } = await openWindow(browser, boss);
    const email = `joan.${process.pid}@example.com`;
    await page.goto("/users");
    await page.getByRole("button", { name: "New user" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Joan Clarke");
    await page.getByRole("textbox", { name: "Email" }).fill(email);
    await page.getByLabel("Password", { exact: true }).fill("a long enough pass phrase");
    await page.getByLabel("View the audit log").check();
    await page.getByRole("dialog").getByRole("button", { name: "Create user" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("searchbox").fill(email);
    await page.waitForURL(/search=/);
    await becomes(() => page.locator("tbody tr").count(), 1, "nobody else is found");
    const row = page.getByRole("row", { name: new RegExp(email) });
    await row.waitFor();

    const hers = await openWindow(browser, null);
    await hers.page.goto("/audit");
    await hers.page.getByLabel("Email").fill(email);
    await hers.page.getByLabel("Password", { exact: true }).fill("a long enough pass phrase");
    await hers.page.keyboard.press("Enter");
    await hers.page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
    await live(hers.page);

    await row.getByRole("button", { name: "Actions for Joan Clarke" }).click();
    await page.getByRole("menuitem", { name: "Disable" }).click();
    await row.getByText("Disabled", { exact: true }).waitFor();
    await hers.page.getByText("Your session has ended").waitFor({ timeout: 20000 });
    assertNoProblems([...problems, ...hers.problems]);
    await Promise.all([context.close(), hers.context.close()]);
});

test("a profile is edited, a password changed, other sessions ended", async () => {
    const ada = await newPerson("Ada");
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/profile");
    await page.getByLabel("Name").fill("Ada King");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("navigation", { name: "Main" }).getByText("Ada King").waitFor();
    await page.getByRole("link", { name: "Password and sessions" }).click();
    await page.getByText("This device").waitFor();
    const other = await fetch(`${studio().url}/api/auth/login`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email: ada.email, password: ada.password }) });
    assert.equal(other.status, 200);
    await page.getByLabel("Current password").fill("not this one");
    await page.getByLabel("New password").fill("another long pass phrase");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.locator("[aria-invalid=true]").waitFor();
    await page.getByLabel("Current password").fill(ada.password);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("and your API tokens are revoked").waitFor();
    await page.reload();
    await page.getByText("This device").waitFor();
    await becomes(() => page.getByRole("main").getByRole("list").getByRole("button", { name: "Log out" }).count(), 0);
    assertNoProblems(problems);
    await context.close();
});

test("an API token is shown once, works, and is revoked", async () => {
    const ada = await newPerson("Ada");
    const { page, context, problems } = await openWindow(browser, ada);
    await page.goto("/profile?tab=tokens");
    await page.getByRole("button", { name: "New token" }).click();
    await page.getByLabel("Name").fill("Nightly report");
    await page.getByRole("dialog").getByRole("button", { name: "Create token" }).click();
    const token = await page.getByRole("dialog").locator("code").innerText();
    assert.match(token, /^coa_/);
    const ask = () => fetch(`${studio().url}/api/profile`, { headers: { Authorization: `Bearer ${token}` } }).then(({ status }) => status);
    assert.equal(await ask(), 200);
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByText(token).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("heading", { name: "No tokens" }).waitFor();
    await becomes(ask, 401);
    assertNoProblems(problems);
    await context.close();
});

test("the audit log is filtered by what is in the address", async () => {
    const boss = await admin();
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto("/audit?action=auth.login");
    await until(() => page.getByRole("table", { name: "Actions" }).locator("tbody td:nth-child(2)").allInnerTexts(),
        (actions) => actions.length > 0 && actions.every((text) => text === "auth.login"), "only what was asked for");
    await page.getByRole("button", { name: "Details" }).first().click();
    await page.getByRole("dialog", { name: "auth.login" }).getByText("Request", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.waitForURL(/\/audit$/);
    assertNoProblems(problems);
    await context.close();
});

test("an edit is shown in the audit log field by field", async () => {
    const [boss, eve] = await Promise.all([admin(), newPerson("Eve")]);
    await boss.edit(`/admin/users/${eve.user.id}`, { name: "Eva Changed", storage_mb: 7 });
    const { page, context, problems } = await openWindow(browser, boss);
    await page.goto(`/audit?action=user.change&object_kind=user&object_id=${eve.user.id}`);
    await page.getByRole("button", { name: "Details" }).click();
    const changes = page.getByRole("dialog", { name: "user.change" }).getByRole("table", { name: "Changes" });
    await changes.waitFor();
    const rows = await changes.locator("tbody tr").allInnerTexts();
    assert.deepEqual(rows.map((row) => row.split(/\s*\t\s*/)).sort(), [["name", "Eve", "Eva Changed"], ["storage_mb", "(empty)", "7"]]);
    assertNoProblems(problems);
    await context.close();
});

test("each list is drawn while it loads, when it is empty, when it fails and when it is there", async () => {
    const boss = await admin();
    const { page, context } = await openWindow(browser, boss);
    /** @type {(route: import("playwright-core").Route) => any} */
    let answer = () => {};
    await boss.call("POST", "/networks", { name: `Listed ${process.pid}`, destinations: ["10.0.0.1"] });
    const lists = [
        ["/agents", "agents"], ["/providers", "providers"], ["/networks", "networks"], ["/users", "admin/users"], ["/audit", "audit"],
    ];
    for (const [path, api] of lists) {
        await page.route((url) => url.pathname === `/api/${api}`, (route) => answer(route));
        answer = () => new Promise(() => {});
        await page.goto(path);
        await page.getByRole("status", { name: "Loading", exact: true }).waitFor();
        answer = (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "Failed", status: 500, detail: "It broke.", instance: "urn:uuid:1-2-3" }) });
        await page.goto(path);
        await page.getByText("It broke.").waitFor();
        await page.getByRole("button", { name: "Copy request ID" }).waitFor();
        answer = (route) => route.fulfill({ json: { items: [], next: null } });
        await page.getByRole("button", { name: "Retry" }).click();
        await page.locator(".empty").waitFor();
        answer = (route) => route.continue();
        await page.goto(path);
        await page.getByRole("table").waitFor();
    }
    await context.close();
});
