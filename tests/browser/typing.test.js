// What is typed counts: never a completion for something else, never the Enter of an input method.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { trimmed } from "../../htdocs/js/room/composer/text.js";
import { assertNoProblems, focused, message, openBrowser, openRoom, openWindow, reads } from "./support/browser.js";
import { newPerson, newRoom } from "./support/people.js";
import { becomes, until } from "./support/wait.js";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** A window on a room of a new person. @param {string} name */
async function inRoom(name) {
    const ada = await newPerson("Ada");
    const room = await newRoom(ada, name);
    const window = await openWindow(browser, ada);
    await openRoom(window.page, room);
    const end = async () => {
        assertNoProblems(window.problems);
        await window.context.close();
    };
    return { ada, room, page: window.page, composer: window.page.getByRole("textbox", { name: /^Message / }), end };
}

/** The Enter with which an input method takes a candidate, as Safari tells of it: after the composition, with code 229.
 * @param {import("playwright-core").Locator} field */
const enterOfInputMethod = (field) => field.evaluate((element) =>
    element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true })));

test("Enter while the list of another word is shown invites who was typed, or nobody", async () => {
    const { ada, room, page, end } = await inRoom("Invited");
    const [bea, bob] = [await newPerson("Beatrice"), await newPerson("Bob the right one")];
    /** @type {{search: string, go: () => void}[]} */
    const held = [];
    await page.route("**/api/people?*", async (route) => {
        const search = new URL(route.request().url()).searchParams.get("search") || "";
        if (search !== "b") {
            await new Promise((done) => held.push({ search, go: () => done(undefined) }));
        }
        await route.continue().catch(() => {});
    });
    await page.getByRole("button", { name: /person/ }).first().click();
    const field = page.getByRole("combobox", { name: "Invite", exact: true });
    await field.fill("b");
    await page.locator("#invite-list li").first().waitFor();
    await field.fill(bob.user.handle);
    await field.press("Enter");
    await until(() => held.length, (count) => count > 0, "the typed word is asked for");
    const timer = setInterval(() => held.splice(0).forEach(({ go }) => go()), 50);
    const names = async () => (await ada.call("GET", `/rooms/${room.id}/members`)).items.map((/** @type {any} */ { name }) => name).sort();
    await becomes(names, ["Ada", "Bob the right one"]);
    await field.fill("b");
    await page.locator("#invite-list li").first().waitFor();
    await field.fill("nobody has this name");
    await field.press("Enter");
    await page.locator(".invite .field__error").waitFor();
    assert.deepEqual(await names(), ["Ada", "Bob the right one"]);
    clearInterval(timer);
    assert.ok(bea.user.id);
    await page.unroute("**/api/people?*");
    await end();
});

test("Enter right after the last key takes what the composer and the palette read now", async () => {
    const { page, composer, end } = await inRoom("Quick");
    await composer.fill("/r");
    await page.getByRole("option", { name: /run/ }).waitFor();
    await composer.evaluate((/** @type {HTMLTextAreaElement} */ area) => {
        area.value = "/rather not";
        area.setSelectionRange(11, 11);
        area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    });
    await message(page, "/rather not").waitFor();
    await page.keyboard.press("Control+k");
    const search = page.getByRole("combobox", { name: /^Search/ });
    await search.fill("Log out");
    await search.evaluate((/** @type {HTMLInputElement} */ field) => {
        field.value = "Agents";
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    });
    await page.waitForURL("**/agents");
    await end();
});

test("the Enter of an input method sends, saves and opens nothing", async () => {
    const { page, composer, end } = await inRoom("Composed");
    await composer.fill("東京");
    await enterOfInputMethod(composer);
    assert.equal(await composer.inputValue(), "東京");
    await composer.press("Enter");
    await reads(page, ["東京"]);
    await message(page, "東京").hover();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edit = page.getByRole("textbox", { name: "Edit the message" });
    await edit.fill("京都");
    await enterOfInputMethod(edit);
    assert.equal(await edit.inputValue(), "京都");
    await edit.press("Enter");
    await reads(page, ["京都"]);
    await page.keyboard.press("Control+k");
    const search = page.getByRole("combobox", { name: /^Search/ });
    await search.fill("Agents");
    await focused(search);
    await enterOfInputMethod(search);
    assert.ok(await search.isVisible());
    assert.match(page.url(), /rooms/);
    await search.press("Enter");
    await page.waitForURL("**/agents");
    await end();
});

test("an indent of the first line survives, empty lines around do not", async () => {
    assert.equal(trimmed("\n  \n    code\n\n"), "    code");
    assert.equal(trimmed("  /run x "), "/run x");
    assert.equal(trimmed(" \n "), "");
    const { page, composer, end } = await inRoom("Indented");
    await composer.fill("    if (x)\n        y;\n");
    await composer.press("Enter");
    await becomes(() => page.locator(".post[data-seq] pre").allInnerTexts(), ["if (x)\n    y;"]);
    await end();
});

test("right-to-left text runs from the right", async () => {
    const { page, composer, end } = await inRoom("Directions");
    await composer.fill("שלום עולם.");
    await composer.press("Enter");
    const text = message(page, "שלום").locator(".md p");
    await text.waitFor();
    const [left, right] = await text.evaluate((paragraph) => {
        const range = document.createRange();
        range.selectNodeContents(paragraph);
        const [inner, outer] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
        return [inner.left - outer.left, outer.right - inner.right];
    });
    assert.ok(left > 50 && right < 2, `${left} ${right}`);
    await end();
});
