// Files beside a script: listed, written, renamed, uploaded, saved as one version, compared, exported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser } from "./support/browser.js";
import { newPerson } from "./support/people.js";
import { append, newScript, openScript } from "./support/scripts.js";
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

const FILES = [{ path: "lib/common.sh", text: "say() { echo hi; }\n" }, { path: "lib/data.bin", base64: "AAECAw==" },
    { path: "notes.txt", text: "one\n" }];

/** @param {any} script */
const stored = async (script) => (await ada.call("GET", `/scripts/${script.id}`)).files.map((/** @type {any} */ { path }) => path);

/** @param {import("playwright-core").Page} page @param {string} name the last part of the path */
const row = (page, name) => page.getByRole("navigation", { name: "Files" }).getByRole("link", { name, exact: true });

/** @param {import("playwright-core").Page} page @param {string} path */
const contentOf = (page, path) => page.getByRole("textbox", { name: `Content of ${path}` });

/** @param {import("playwright-core").Page} page @param {string} path @param {string} action */
async function choose(page, path, action) {
    await page.getByRole("button", { name: `Actions for ${path}` }).click();
    await page.getByRole("menuitem", { name: action }).click();
}

test("a script gets its first file, written, and saved with the code as one version", async () => {
    const script = await newScript(ada);
    const { page, end } = await openScript(browser, ada, script);
    await page.getByRole("button", { name: "Files", exact: true }).click();
    await page.getByText("No files beside the script yet").waitFor();
    await page.getByRole("button", { name: "New file" }).click();
    const dialog = page.getByRole("dialog");
    for (const [path, fault] of [["../up", "must be relative"], ["out/a", "results of runs"], ["script.sh", "the script itself"]]) {
        await dialog.getByLabel("Path").fill(path);
        await dialog.getByRole("button", { name: "Create" }).click();
        await dialog.getByText(fault).first().waitFor();
    }
    await dialog.getByLabel("Path").fill("lib/hello.sh");
    await dialog.getByRole("button", { name: "Create" }).click();
    await contentOf(page, "lib/hello.sh").click();
    await page.keyboard.type("echo hello");
    await row(page, "hello.sh • new, not saved").waitFor();
    await row(page, "script.sh").click();
    await append(page, script, ". lib/hello.sh");
    await page.keyboard.press("Control+s");
    await page.getByText("Saved as version 2").waitFor();
    await row(page, "hello.sh").waitFor();
    assert.deepEqual(await stored(script), ["lib/hello.sh"]);
    await row(page, "hello.sh").click();
    await becomes(() => contentOf(page, "lib/hello.sh").textContent(), "echo hello");
    await end();
});

test("the list says which file asks for packages, and when they are installed", async () => {
    const script = await newScript(ada, { kind: "python", code: "print(1)\n", files: [{ path: "data.txt", text: "" }] });
    const { page, end } = await openScript(browser, ada, script, "?file=data.txt");
    const files = page.getByRole("navigation", { name: "Files" });
    await row(page, "data.txt").waitFor();
    assert.equal(await files.getByText("requirements.txt").count(), 0);
    await page.getByRole("button", { name: "New file" }).click();
    await page.getByRole("dialog").getByLabel("Path").fill("requirements.txt");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await files.getByText("installed before the first run, and again when the file changes").waitFor();
    await choose(page, "requirements.txt", "Delete");
    await choose(page, "data.txt", "Delete");
    await files.getByText("Packages that requirements.txt lists are installed before the run.").waitFor();
    page.on("dialog", (dialog) => dialog.accept());
    await end();
});

test("what is not saved outlives a reload, and can be discarded", async () => {
    const script = await newScript(ada, { files: FILES });
    const { page, end } = await openScript(browser, ada, script, "?file=notes.txt");
    await contentOf(page, "notes.txt").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("two");
    await row(page, "notes.txt • changed, not saved").waitFor();
    await becomes(() => page.evaluate((id) => Object.entries(sessionStorage)
        .some(([key, value]) => key.includes(id) && value.includes("two")), script.id), true);
    page.on("dialog", (dialog) => dialog.accept());
    await page.reload();
    await page.getByText("Your unsaved changes were restored").waitFor();
    await becomes(() => contentOf(page, "notes.txt").textContent(), "onetwo");
    await page.getByRole("button", { name: "Script menu" }).click();
    await page.getByRole("menuitem", { name: "Discard changes" }).click();
    await row(page, "notes.txt").waitFor();
    await becomes(() => contentOf(page, "notes.txt").textContent(), "one");
    await end();
});

test("files are renamed, made executable, removed and uploaded", async () => {
    const script = await newScript(ada, { files: FILES });
    const { page, end } = await openScript(browser, ada, script);
    await choose(page, "notes.txt", "Rename…");
    await page.getByRole("dialog").getByLabel("Path").fill("doc/notes.md");
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await becomes(() => contentOf(page, "doc/notes.md").textContent(), "one");
    await choose(page, "lib/common.sh", "Make executable");
    await row(page, "data.bin").click();
    await page.getByText("A binary file of 4 bytes").waitFor();
    await choose(page, "lib/data.bin", "Delete");
    await page.getByRole("navigation", { name: "Files" }).locator("input[type=file]").setInputFiles([
        { name: "a.py", mimeType: "text/x-python", buffer: Buffer.from("A = 1\n") },
        { name: "b.bin", mimeType: "", buffer: Buffer.from([0, 255]) }]);
    await becomes(() => contentOf(page, "a.py").textContent(), "A = 1");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as version 2").waitFor();
    const { files } = await ada.call("GET", `/scripts/${script.id}`);
    assert.deepEqual(files.map((/** @type {any} */ { path, size, executable }) => [path, size, executable]),
        [["a.py", 6, false], ["b.bin", 2, false], ["doc/notes.md", 4, false], ["lib/common.sh", 19, true]]);
    await end();
});

test("versions show which files differ, and bring them back", async () => {
    const script = await newScript(ada, { files: FILES });
    await ada.call("PATCH", `/scripts/${script.id}`, { version: 1,
        files: [{ path: "notes.txt", text: "one\ntwo\n" }, { path: "lib/data.bin", remove: true }, { path: "new", text: "n\n" }] });
    const { page, end } = await openScript(browser, ada, script, "?tab=versions&version=2&from=1");
    await page.getByRole("heading", { name: "notes.txt changed" }).waitFor();
    await page.getByRole("region", { name: "notes.txt of version 1 compared with version 2" }).getByText("two").waitFor();
    await page.getByRole("heading", { name: "lib/data.bin removed" }).waitFor();
    await page.getByRole("heading", { name: "new added" }).waitFor();
    await page.goto(`/scripts/${script.id}?tab=versions&version=1`);
    await page.getByText("3 files beside the script").waitFor();
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByText("Version 1 was restored").waitFor();
    assert.deepEqual(await stored(script), ["lib/common.sh", "lib/data.bin", "notes.txt"]);
    await end();
});

test("a folder is exported as zip, and an archive replaces it or creates a script", async () => {
    const script = await newScript(ada, { files: FILES });
    const { page, end } = await openScript(browser, ada, script);
    await page.getByRole("button", { name: "Script menu" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"),
        page.getByRole("menuitem", { name: /^Export as zip/ }).click()]);
    assert.equal(download.suggestedFilename(), `${script.name}.zip`);
    const archive = await download.path();
    await ada.call("PATCH", `/scripts/${script.id}`, { version: 1, files: [], replace_files: true });
    await page.reload();
    await page.getByRole("button", { name: "Files", exact: true }).waitFor();
    const { readFile } = await import("node:fs/promises");
    const file = { name: `folder ${process.pid}.zip`, mimeType: "application/zip", buffer: await readFile(archive) };
    await page.locator(".script__status input[type=file]").setInputFiles(file);
    await page.getByRole("dialog").getByRole("button", { name: "Replace" }).click();
    await page.getByText("Saved as version 3").waitFor();
    assert.deepEqual(await stored(script), ["lib/common.sh", "lib/data.bin", "notes.txt"]);
    await page.goto("/scripts");
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByText("was uploaded. 3 files beside it.").waitFor();
    await page.getByRole("button", { name: "Files (3)" }).waitFor();
    await end();
});

test("a script gets a cache folder, which shows what is in it and is cleared", async () => {
    const script = await newScript(ada, { code: "head -c 2000 /dev/zero >/cache/a" });
    const { page, end } = await openScript(browser, ada, script, "?tab=settings");
    await page.getByRole("switch", { name: /Cache folder/ }).check();
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("Settings saved").waitFor();
    await page.getByText("Empty", { exact: true }).waitFor();
    await ada.call("POST", `/scripts/${script.id}/run`, {});
    await becomes(async () => (await ada.call("GET", `/scripts/${script.id}`)).cache_bytes, 2000);
    await page.reload();
    await page.getByText("2.0 KB in use").waitFor();
    assert.equal(await page.getByRole("switch", { name: /Cache folder/ }).isChecked(), true);
    await page.getByRole("button", { name: "Clear cache" }).click();
    await page.getByText("Empty", { exact: true }).waitFor();
    assert.equal((await ada.call("GET", `/scripts/${script.id}`)).cache_bytes, null);
    await page.getByRole("switch", { name: /Cache folder/ }).uncheck();
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByRole("button", { name: "Clear cache" }).waitFor({ state: "detached" });
    await end();
});
