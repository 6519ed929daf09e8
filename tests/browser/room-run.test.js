// Scripts run from a room: the command is completed, the run is a live card, and its end is told to everybody.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { callable, commandAt, open, parameterChoices, quoted, scriptChoices } from "../../htdocs/js/room/composer/commands.js";
import { assertNoProblems, openBrowser, openRoom, openWindow, write } from "./support/browser.js";
import { newPerson, newRoom } from "./support/people.js";
import { newScript } from "./support/runs.js";
import { becomes, until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

const SCHEMA = { type: "object", properties: { target: { type: "string", enum: ["staging", "production"] }, force: { type: "boolean", default: false }, note: { type: "string", default: "" },
    secret: { type: "string", format: "password" } }, required: ["target"], order: ["target", "force", "note", "secret"] };

/** Two members of a room, their windows, and a script of the first. @param {string} code @param {any} [parameters] */
async function together(code, parameters) {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, "Workshop", [bob]);
    const script = await newScript(ada, code, { name: `deploy-${randomUUID().slice(0, 8)}`, parameters });
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await Promise.all([openRoom(left.page, room), openRoom(right.page, room)]);
    const end = async () => {
        assertNoProblems([...left.problems, ...right.problems]);
        await Promise.all([left.context.close(), right.context.close()]);
    };
    return { script, room, left: left.page, right: right.page, end };
}

const card = (/** @type {any} */ page, /** @type {any} */ script) => page.getByRole("article", { name: `Run of ${script.name}` });

test("what stands at the caret: the command, the script, a parameter", () => {
    const at = (/** @type {string} */ text) => {
        const spot = commandAt(text, text.length);
        return spot && [spot.kind, spot.start, spot.word, spot.script, spot.given];
    };
    assert.deepEqual(at("/"), ["command", 0, "", "", []]);
    assert.deepEqual(at("/ru"), ["command", 0, "ru", "", []]);
    assert.deepEqual(at("/run "), ["script", 5, "", "", []]);
    assert.deepEqual(at("/run Dep"), ["script", 5, "dep", "", []]);
    assert.deepEqual(at('/run "my dep'), ["script", 5, "my dep", "", []]);
    assert.deepEqual(at('/run "my deploy" now  fo'), ["parameter", 22, "fo", "my deploy", ["now"]]);
    assert.deepEqual(at("/run deploy "), ["parameter", 12, "", "deploy", []]);
    assert.equal(at("/other x"), null);
    assert.equal(at("a /run"), null);
});

test("of scripts with one name, one's own has the plain name, then the shared one", () => {
    const [ada, bob, eve] = ["ada", "bob", "eve"].map((handle) => ({ id: handle, handle }));
    const scripts = [{ name: "x", owner: ada, visibility: "team" }, { name: "X", owner: bob, visibility: "private" },
        { name: "x", owner: eve, visibility: "private" }];
    const calls = (/** @type {string} */ id) => callable(scripts, id).map(({ call }) => call);
    assert.deepEqual(calls("bob"), ["ada/x", "X", "eve/x"]);
    assert.deepEqual(calls("ada"), ["x", "bob/X", "eve/x"]);
    assert.deepEqual(calls("somebody"), ["x", "bob/X", "eve/x"]);
});

test("choices: scripts by the beginning of their names first, parameters that are not given, values", () => {
    const ada = { id: "a", handle: "ada" };
    const scripts = callable([{ id: "1", name: "redeploy", description: "" }, { id: "2", name: "deploy it", description: "All of it" },
        { id: "3", name: "other", description: "" }].map((script) => ({ ...script, owner: ada, visibility: "team" })), "b");
    const spot = (/** @type {string} */ text) => /** @type {any} */ (commandAt(text, text.length));
    assert.deepEqual(scriptChoices(spot("/run dep"), scripts).map(({ insert }) => insert), ['"deploy it" ', "redeploy "]);
    assert.deepEqual(scriptChoices(spot("/run other"), scripts), []);
    assert.deepEqual(parameterChoices(spot("/run d "), SCHEMA).map(({ insert }) => insert), ["target=", "force=", "note="]);
    assert.deepEqual(parameterChoices(spot("/run d staging "), SCHEMA).map(({ insert }) => insert), ["force=", "note="]);
    assert.deepEqual(parameterChoices(spot("/run d target=p"), SCHEMA).map(({ insert }) => insert), ["target=production "]);
    assert.deepEqual(parameterChoices(spot("/run d staging force="), SCHEMA).map(({ insert }) => insert), ["force=true ", "force=false "]);
    assert.deepEqual(open(["note=x"], SCHEMA), ["target", "force"]);
    assert.deepEqual(open(["--note=x", "--force"], SCHEMA), ["target"]);
    assert.deepEqual(parameterChoices(spot("/run d --target=p"), SCHEMA).map(({ insert }) => insert), ["target=production "]);
    assert.equal(quoted('say "hi"'), '"say \\"hi\\""');
});

test("a command is completed from its first letter to the value of a parameter, and sent by Enter", async () => {
    const { script, left, right, end } = await together('echo "to $PARAM_TARGET"', SCHEMA);
    const composer = left.getByRole("textbox", { name: /^Message / });
    await composer.pressSequentially("/r");
    await left.getByRole("option", { name: /\/run/ }).waitFor();
    await left.keyboard.press("Tab");
    await composer.pressSequentially(script.name.slice(0, 10));
    await left.getByRole("option", { name: new RegExp(script.name) }).waitFor();
    await left.keyboard.press("Enter");
    await becomes(() => composer.inputValue(), `/run ${script.name} `);
    await left.getByText("[force]").waitFor();
    await composer.pressSequentially("tar");
    await left.getByRole("option", { name: /target/ }).waitFor();
    await left.keyboard.press("Tab");
    await composer.pressSequentially("pro");
    await left.getByRole("option", { name: /production/ }).waitFor();
    await left.keyboard.press("Tab");
    await becomes(() => composer.inputValue(), `/run ${script.name} target=production `);
    await left.keyboard.press("Enter");
    for (const page of [left, right]) {
        await card(page, script).getByText("Succeeded", { exact: true }).waitFor();
        await card(page, script).getByText("to production").waitFor();
        await page.getByText(`ran ${script.name}`).waitFor();
    }
    await end();
});

test("a run in a room is a live card with its last lines, which a member stops", async () => {
    const { script, left, right, end } = await together("while :; do echo \"tick $((n += 1)).\"; sleep 0.3; done");
    await write(left, `/run ${script.name}`);
    for (const page of [left, right]) {
        await card(page, script).getByText("Running", { exact: true }).waitFor();
        await card(page, script).getByText(/^tick \d+\.$/).first().waitFor();
    }
    const last = async () => Number(/\d+/.exec((await card(right, script).locator(".log__row").last().textContent()) || "")?.[0]);
    const seen = await last();
    await until(last, (number) => number >= seen + 3, "it goes on");
    assert.ok((await card(right, script).locator(".log__row").count()) <= 6);
    await card(right, script).getByRole("button", { name: "Stop" }).click();
    for (const page of [left, right]) {
        await card(page, script).getByText("Cancelled", { exact: true }).waitFor();
        await card(page, script).getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
    }
    await card(left, script).getByRole("link", { name: "Open" }).click();
    await left.getByRole("complementary", { name: "About the run" }).getByRole("link", { name: "Workshop" }).waitFor();
    await end();
});

test("a failure is told with its reason, and run again from there", async () => {
    const { script, left, right, end } = await together("echo before; exit 7");
    await write(left, `/run ${script.name}`);
    await card(right, script).getByText("Failed", { exact: true }).waitFor();
    await card(right, script).getByText(/Exit code 7/).waitFor();
    await card(right, script).getByRole("button", { name: "Run again" }).click();
    await right.locator("article", { hasText: "Exit code 7" }).nth(1).waitFor();
    await left.locator("article", { hasText: "Exit code 7" }).nth(1).waitFor();
    await end();
});

test("a command that cannot be run stays with its writer, with the reason", async () => {
    const { script, left, right, end } = await together("echo never", SCHEMA);
    await write(left, `/run ${script.name} nowhere`);
    await left.getByText(/target/).filter({ hasText: /staging|one of|must/ }).first().waitFor();
    await write(left, "/run there-is-no-such-script");
    await left.getByText('There is no script "there-is-no-such-script".').waitFor();
    assert.equal(await right.getByText("no-such-script").count(), 0);
    await end();
});

test("what a run posts is marked, with a link for those who can see the run", async () => {
    const [ada, bob] = await Promise.all([newPerson("Ada"), newPerson("Bob")]);
    const room = await newRoom(ada, "Workshop", [bob]);
    const script = await ada.call("POST", "/scripts", { name: `teller-${randomUUID().slice(0, 8)}`, kind: "sh", api: "write",
        visibility: "private", code: "curl -sS -H \"Authorization: Bearer $COAGENT_TOKEN\" -H 'Content-Type: application/json' "
            + `-d '{"text": "Backup done"}' "$COAGENT_URL/api/rooms/${room.id}/messages"\n` });
    const [hers, his] = await Promise.all([openWindow(browser, ada), openWindow(browser, bob)]);
    await Promise.all([openRoom(hers.page, room), openRoom(his.page, room)]);
    const run = await ada.call("POST", `/scripts/${script.id}/run`, {});
    for (const { page } of [hers, his]) {
        const mark = page.locator(".post").filter({ hasText: "Backup done" }).getByText(`by a run of ${script.name}`);
        await mark.waitFor();
        await page.reload();
        await mark.waitFor();
    }
    assert.equal(await his.page.locator(".post__run a").count(), 0, "the run is not his to see");
    await hers.page.locator(".post__run a").click();
    await hers.page.waitForURL(new RegExp(`/runs/${run.id}$`));
    for (const { context, problems } of [hers, his]) {
        assertNoProblems(problems);
        await context.close();
    }
});
