// The packed pages, as "make install" has them served, in a studio of their own: the other tests look at the sources.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../studio", import.meta.url));
const state = mkdtempSync(path.join(tmpdir(), "coagent-packed-"));
process.env.COAGENT_STUDIO = state;

const { assertNoProblems, message, openBrowser, openRoom, openWindow, write } = await import("./support/browser.js");
const { newPerson, newRoom, say } = await import("./support/people.js");

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
