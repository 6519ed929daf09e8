// Scripts for tests: made by the API, opened in a window, written in.
import { assertNoProblems, openWindow } from "./browser.js";

export const CODE = "#!/bin/sh\necho one\necho two\n";
let counter = 0;

/** A private shell script of the person. @param {any} person @param {any} [more] */
export const newScript = (person, more = {}) =>
    person.call("POST", "/scripts", { name: `Script ${process.pid} ${++counter}`, kind: "sh", code: CODE, visibility: "private", ...more });

/**
 * A window on the page of a script, the editor ready.
 * @param {import("playwright-core").Browser} browser
 * @param {any} person
 * @param {any} script
 * @param {string} [query]
 */
export async function openScript(browser, person, script, query = "") {
    const window = await openWindow(browser, person);
    await window.page.goto(`/scripts/${script.id}${query}`);
    await window.page.getByRole("heading", { name: script.name, level: 1 }).waitFor();
    await window.page.locator(".script__editor .cm-content").first().waitFor({ state: "attached" });
    const end = async () => {
        assertNoProblems(window.problems);
        await window.context.close();
    };
    return { ...window, end };
}

/** @param {import("playwright-core").Page} page @param {any} script */
export const editorOf = (page, script) => page.getByRole("textbox", { name: `Code of ${script.name}` });

/** Writes at the end of the code. @param {import("playwright-core").Page} page @param {any} script @param {string} text */
export async function append(page, script, text) {
    await editorOf(page, script).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(text);
}

/** Drops a file on the page. @param {import("playwright-core").Page} page @param {string} name @param {string} text */
export async function drop(page, name, text) {
    const transfer = await page.evaluateHandle(([title, content]) => {
        const made = new DataTransfer();
        made.items.add(new File([content], title, { type: "text/plain" }));
        return made;
    }, [name, text]);
    await page.dispatchEvent("main", "dragenter", { dataTransfer: transfer });
    await page.locator(".drop").waitFor();
    await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
    await page.locator(".drop").waitFor({ state: "detached" });
}
