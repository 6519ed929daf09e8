// The packed pages, as "make install" has them served, in a studio of their own: the other tests look at the sources.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../studio", import.meta.url));
const state = mkdtempSync(path.join(tmpdir(), "coagent-packed-"));
process.env.COAGENT_STUDIO = state;

const { assertNoProblems, live, message, openBrowser, openRoom, openWindow, write } = await import("./support/browser.js");
const { newPerson, newRoom, say } = await import("./support/people.js");
const { becomes } = await import("./support/wait.js");

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    const port = await new Promise((/** @type {(port: number) => void} */ done) => {
        const probe = createServer().listen(0, "127.0.0.1", () => {
            const address = /** @type {import("node:net").AddressInfo} */ (probe.address());
            probe.close(() => done(address.port));
        });
    });
    chmodSync(state, 0o755);
    execFileSync(program, ["up", "--detach", "--port", String(port), "--state", state], { stdio: "ignore" });
    browser = await openBrowser();
});
after(async () => {
    await browser?.close();
    execFileSync(program, ["reset", "--state", state], { stdio: "ignore" });
});

/** A window, and the paths that it loaded. @param {any} person */
async function openPacked(person) {
    const opened = await openWindow(browser, person);
    /** @type {string[]} */
    const loaded = [];
    opened.page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
    return { ...opened, loaded };
}

/** @param {string[]} loaded */
const sources = (loaded) => loaded.filter((file) => /^\/(js|css|vendor)\//.test(file));

test("the entrance is a few packed files, and lets people in", async () => {
    const ada = await newPerson("Packed Ada");
    const { page, context, problems, loaded } = await openPacked(null);
    await page.goto("/login");
    await page.getByLabel("Email").fill(ada.email);
    assert.deepEqual(sources(loaded), []);
    assert.ok(loaded.length <= 12, loaded.join(" "));
    assert.ok(!loaded.some((file) => /\/(frame|editor|highlight)-/.test(file)), loaded.join(" "));
    await page.getByLabel("Password").fill(ada.password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("heading", { name: "Rooms", exact: true }).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a room works, loads little, and gets the colours of code when there is some", async () => {
    const ada = await newPerson("Packed Room");
    const room = await newRoom(ada, "Packed");
    await say(ada, room, "Plain words");
    const { page, context, problems, loaded } = await openPacked(ada);
    await openRoom(page, room);
    await message(page, "Plain words").waitFor();
    assert.deepEqual(sources(loaded), []);
    assert.ok(loaded.length <= 25, loaded.join(" "));
    assert.ok(!loaded.some((file) => file.includes("/highlight-")), "no code, no colours");
    await write(page, "```js\nconst answer = 42;\n```");
    await message(page, "const answer").locator(".hljs-keyword").waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("the editor comes when it is needed", async () => {
    const ada = await newPerson("Packed Editor");
    const about = { name: `Packed ${Date.now()}`, kind: "sh", visibility: "private", code: "echo packed\n" };
    const script = await ada.call("POST", "/scripts", about);
    const { page, context, problems, loaded } = await openPacked(ada);
    await page.goto(`/scripts/${script.id}`);
    await page.locator(".cm-content").getByText("echo packed").waitFor();
    assert.deepEqual(sources(loaded), []);
    assert.ok(loaded.some((file) => file.startsWith("/pack/editor-")));
    assertNoProblems(problems);
    await context.close();
});

/** Puts a release with another program, and another editor, in the place of the first: its files have other names. */
function upgrade() {
    const site = path.join(state, "app/share/coagent/htdocs");
    const checkout = path.dirname(program);
    for (const file of ["js/app.js", "js/code/editor.js", "js/frame/frame.js"]) {
        appendFileSync(path.join(site, file), "\nconsole.debug(\"the second release\");\n");
    }
    writeFileSync(path.join(site, "index.html"), execFileSync(path.join(checkout, "htdocs/write-index")));
    execFileSync(path.join(checkout, "htdocs/pack"), [site]);
    copyFileSync(path.join(site, "pack/index.html"), path.join(site, "index.html"));
}

/** @param {import("playwright-core").Page} page */
const programOf = (page) => page.locator("script[type=module][src]").getAttribute("src");

test("a tab that is open over an upgrade says so, and keeps what was typed", async () => {
    const ada = await newPerson("Packed Tab");
    const about = { name: `Upgraded ${Date.now()}`, kind: "sh", visibility: "private", code: "echo packed\n" };
    await ada.call("POST", "/scripts", about);
    const [tab, form, entrance] = await Promise.all([openPacked(ada), openPacked(ada), openPacked(null)]);
    await Promise.all([tab.page.goto("/scripts"), form.page.goto("/profile"), entrance.page.goto("/login")]);
    await tab.page.getByRole("link", { name: about.name }).waitFor();
    await form.page.getByLabel("Name", { exact: true }).fill("Ada the Second");
    await live(form.page);
    await entrance.page.getByLabel("Email").fill(ada.email);
    const first = await programOf(tab.page);
    upgrade();

    // A part that is loaded late is gone: the page works without it, and says why.
    await tab.page.getByRole("link", { name: about.name }).click();
    const notice = "CoAgent was updated. Reload to use the new version; what you have typed is kept.";
    await tab.page.getByRole("alert").filter({ hasText: notice }).waitFor();
    const plain = tab.page.getByRole("textbox", { name: `Code of ${about.name}` });
    await plain.fill("echo typed\n");
    await tab.page.waitForFunction(() => Object.values(sessionStorage).some((text) => text.includes("echo typed")));
    await tab.page.getByRole("alert").getByRole("button", { name: "Reload" }).click();
    await tab.page.locator(".cm-content").getByText("echo typed").waitFor();
    assert.notEqual(await programOf(tab.page), first);

    // A page that connects anew asks by itself; its forms come back as they were.
    await form.context.setOffline(true);
    await form.context.setOffline(false);
    await form.page.getByRole("alert").filter({ hasText: notice }).getByRole("button", { name: "Reload" }).click();
    await form.page.getByRole("alert").waitFor({ state: "detached" });
    await becomes(() => form.page.getByLabel("Name", { exact: true }).inputValue(), "Ada the Second");
    await form.page.getByRole("button", { name: "Save" }).click();
    await form.page.getByText("Profile saved").waitFor();
    assert.equal((await ada.call("GET", "/profile")).name, "Ada the Second");

    // Behind the log-in of the old release there is nothing: it is never a blank page.
    await entrance.page.getByLabel("Password").fill(ada.password);
    await entrance.page.getByRole("button", { name: "Log in" }).click();
    await entrance.page.getByRole("button", { name: "Reload" }).click();
    await entrance.page.getByRole("heading", { name: "Rooms", exact: true }).waitFor();
    for (const { context, problems } of [tab, form, entrance]) {
        assertNoProblems(problems);
        await context.close();
    }
});
