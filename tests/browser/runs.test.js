// Runs in the browser: live output, a hundred thousand lines, searching them, and how a run ends.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { assertNoProblems, openBrowser, openWindow } from "./support/browser.js";
import { newPerson } from "./support/people.js";
import { finishedRun, runScript, writeOutput } from "./support/runs.js";
import { becomes, until } from "./support/wait.js";

const MANY = 100000;
/** In view and around it. */
const MOST_DRAWN = 200;

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser.close());

const lines = (/** @type {any} */ page) => page.getByRole("region", { name: "Lines" });
const line = (/** @type {any} */ page, /** @type {string} */ text) => page.locator(".log__row", { hasText: text });

/** Waits until the log says so of itself. @param {any} page @param {RegExp} words */
const facts = (page, words) => page.locator(".log__facts", { hasText: words }).waitFor();

/** Runs a script as a new person and looks at it. @param {string} code @param {any} [more] */
async function watching(code, more = {}) {
    const ada = await newPerson("Ada");
    const run = await runScript(ada, code, more);
    const window = await openWindow(browser, ada);
    await window.page.goto(`/runs/${run.id}`);
    return { ada, run, ...window };
}

/** A run that is over, with this output, and its page. @param {string} piece an SQL expression of n @param {number} pieces */
async function reading(piece, pieces) {
    const ada = await newPerson("Ada");
    const run = await finishedRun(ada);
    await writeOutput(run, piece, pieces);
    const window = await openWindow(browser, ada);
    await window.page.goto(`/runs/${run.id}`);
    await window.page.locator(".log__row").first().waitFor();
    return { ada, run, ...window };
}

test("output is shown while it is written, and the end of the run at once", async () => {
    const { page, context, problems } = await watching("trap 'echo last; exit' TERM; echo first; echo wrong >&2; while :; do echo \"tick $((n += 1)).\"; sleep 0.6; done");
    await line(page, "first").waitFor();
    await page.locator(".log__row--err", { hasText: "wrong" }).waitFor();
    await page.getByText("Running", { exact: true }).first().waitFor();
    const last = async () => Number(/\d+/.exec((await page.locator(".log__row", { hasText: "tick" }).last().textContent()) || "")?.[0]);
    const seen = await last();
    await until(last, (number) => number >= seen + 3, "it goes on");
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await line(page, "last").waitFor();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a run that failed says why, and keeps the digits of its result", async () => {
    const code = "echo one; echo two >&2; echo '{\"id\": 18446744073709551615}' > $COAGENT_OUTPUT; exit 3";
    const { page, context, problems } = await watching(code);
    await page.getByText("Failed", { exact: true }).first().waitFor();
    await page.getByText("Exit code 3: two", { exact: true }).waitFor();
    await page.getByLabel("Result").getByText('"id": 18446744073709551615').waitFor();
    await facts(page, /^2 lines · 8 bytes$/);
    assertNoProblems(problems);
    await context.close();
});

test("a run is stopped, and run again", async () => {
    const { page, context, problems } = await watching("echo begun; sleep 600");
    await line(page, "begun").waitFor();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    const stopped = page.url();
    await page.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && url.href !== stopped);
    await line(page, "begun").waitFor();
    await page.getByRole("link", { name: "an earlier run" }).waitFor();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("parameters, result, files and use are beside the output", async () => {
    const code = "mkdir -p out; echo report > out/report.txt; echo '{\"answer\":42}' > output.json; echo $PARAM_WHO";
    const { page, context, problems } = await watching(code, { parameters: { type: "object", properties: { who: { type: "string", default: "world" } } } });
    await page.getByText("Succeeded", { exact: true }).first().waitFor();
    await line(page, "world").waitFor();
    const about = page.getByRole("complementary", { name: "About the run" });
    await about.getByText('"answer": 42').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight), false); // its parts scroll, not the document
    await about.getByText("report.txt", { exact: true }).first().waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), about.getByRole("button", { name: "Download report.txt" }).click()]);
    assert.equal(await readFile(await file.path(), "utf8"), "report\n");
    await page.getByRole("button", { name: "Output menu" }).click();
    const [log] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Download" }).click()]);
    assert.equal(await readFile(await log.path(), "utf8"), "world\n");
    assertNoProblems(problems);
    await context.close();
});

test("a connection that breaks costs no line", async () => {
    const { ada, run, page, context, problems } = await watching("for i in $(seq 1 40); do echo \"line $i.\"; sleep 0.1; done");
    await line(page, "line 3.").waitFor();
    await context.setOffline(true);
    await page.getByRole("img", { name: "Not connected" }).waitFor({ state: "attached" });
    while (!JSON.stringify(await ada.call("GET", `/runs/${run.id}/output`)).includes("line 20.")) {
        await pause(100);
    }
    await context.setOffline(false);
    await line(page, "line 40.").waitFor();
    await facts(page, /^40 lines · \d+ bytes$/);
    assert.deepEqual(await page.locator(".log__text").allInnerTexts(), Array.from({ length: 40 }, (_, n) => `line ${n + 1}.`));
    assertNoProblems(problems);
    await context.close();
});

test("a hundred thousand lines: the end first, the beginning by scrolling, only what is seen in the page", async () => {
    // a thousand lines a piece, ten megabytes in all
    const { page, context, problems } = await reading(`(select string_agg('line ' || (n - 1) * 1000 + m || repeat(' and more', m % 20) || E'\\n', '' order by m) from generate_series(1, 1000) m)`, MANY / 1000);
    await line(page, `line ${MANY}`).waitFor();
    await facts(page, /lines loaded/);
    const most = await page.evaluate(async (all) => {
        const box = /** @type {HTMLElement} */ (document.querySelector(".log__scroll"));
        let drawn = 0;
        const told = () => document.querySelector(".log__facts")?.textContent || "";
        for (const deadline = performance.now() + 180000; performance.now() < deadline && !(box.scrollTop === 0 && told().startsWith(all)); ) {
            box.scrollTop = 0;
            await new Promise((done) => requestAnimationFrame(done));
            drawn = Math.max(drawn, document.querySelectorAll(".log__row").length);
        }
        return drawn;
    }, "100,000 lines");
    await facts(page, /^100,000 lines · /);
    await line(page, "line 1").first().waitFor();
    assert.ok(most < MOST_DRAWN, `${most} rows were drawn at a time`);
    const frames = await page.evaluate(async () => {
        const box = /** @type {HTMLElement} */ (document.querySelector(".log__scroll"));
        const times = [];
        for (let n = 0; n < 200; n++) {
            const begun = performance.now();
            box.scrollTop += 900;
            await new Promise((done) => requestAnimationFrame(done));
            times.push(performance.now() - begun);
        }
        return times.sort((a, b) => a - b);
    });
    console.log(`# frames while scrolling: p50 ${frames[100].toFixed(1)} ms, p95 ${frames[190].toFixed(1)} ms, longest ${frames[199].toFixed(1)} ms`);
    assert.ok(frames[100] < 250, `half of the frames took more than ${Math.round(frames[100])} ms`);
    await page.getByRole("button", { name: "Jump to end" }).click();
    await line(page, `line ${MANY}`).waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("a log of sixty megabytes is read from its end, and memory stays bounded", async () => {
    const { page, context, problems } = await reading("repeat(n || repeat(' some words of the log', 4) || E'\\n', 10240)", 64);
    await facts(page, /lines loaded · 6\d MB/);
    await line(page, "64 some").first().waitFor();
    const held = await page.evaluate(async () => {
        const box = /** @type {HTMLElement} */ (document.querySelector(".log__scroll"));
        const told = () => Number((document.querySelector(".log__facts")?.textContent || "").split(" ")[0].replace(/,/g, ""));
        let most = 0;
        // until the number of lines does not grow any more, because as much is dropped at the end as comes at the beginning
        for (let same = 0, last = 0, deadline = performance.now() + 180000; same < 100 || (last <= 100000 && performance.now() < deadline); ) {
            box.scrollTop = 0;
            await new Promise((done) => setTimeout(done, 20));
            same = told() > last ? 0 : same + 1;
            last = Math.max(last, told());
            most = last;
        }
        return most;
    });
    assert.ok(held > 100000 && held < 200000, `${held} lines are held`);
    await page.getByRole("button", { name: "Output menu" }).click();
    await page.getByRole("menuitem", { name: "Jump to start" }).click();
    await line(page, "1 some").first().waitFor();
    await page.getByRole("button", { name: "Jump to end" }).click();
    await page.locator('.log__row:has-text("64 some")').first().waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("one line of many megabytes freezes nothing, and says what is not shown", async () => {
    const { page, context, problems } = await reading("repeat('x', 1000000)", 20);
    await page.getByText(/more characters in this line are not shown/).waitFor();
    await page.getByRole("button", { name: "Wrap lines" }).click();
    await page.getByText(/more characters in this line are not shown/).waitFor();
    assert.ok((await page.locator(".log__row").count()) < MOST_DRAWN);
    assertNoProblems(problems);
    await context.close();
});

test("who scrolls up is left alone, and brought back to the end by the pill", async () => {
    const { page, context, problems } = await watching("for i in $(seq 1 200); do echo \"early $i.\"; done; while :; do sleep 0.3; echo tick; done");
    await line(page, "tick").first().waitFor();
    await lines(page).hover();
    await page.mouse.wheel(0, -1500);
    const pill = page.getByRole("button", { name: /new lines?$/ });
    await pill.waitFor();
    const look = async () => JSON.stringify([await page.locator(".log__row:visible").first().innerText(), await lines(page).evaluate((/** @type {HTMLElement} */ box) => box.scrollTop)]);
    let seen = "";
    await until(async () => seen === (seen = await look()), (still) => still, "the wheel has come to rest");
    await page.getByRole("button", { name: /^([4-9]|\d\d+) new lines$/ }).waitFor();
    assert.equal(await look(), seen);
    await pill.click();
    await pill.waitFor({ state: "detached" });
    await page.waitForFunction(() => /tick/.test([...document.querySelectorAll(".log__row")].at(-1)?.textContent || ""));
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByText("Cancelled", { exact: true }).first().waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("search: n of m, forwards and backwards, and Ctrl-F opens it", async () => {
    const { page, context, problems } = await reading("'entry ' || n || case when n % 100 = 0 then ' Needle' else '' end || E'\\n'", 1000);
    await lines(page).focus();
    await page.keyboard.press("Control+f");
    const field = page.getByRole("searchbox", { name: "Search output" });
    await field.fill("needle");
    const told = page.getByRole("search").getByRole("status");
    const at = async (/** @type {string} */ number, /** @type {string} */ entry) => {
        await told.getByText(`${number} of 10`, { exact: true }).waitFor();
        await page.locator(".log__row:has(.log__mark--current)", { hasText: entry }).waitFor();
    };
    await at("10", "entry 1000");
    await field.press("Enter");
    await at("1", "entry 100 ");
    await field.press("Enter");
    await at("2", "entry 200");
    await field.press("Shift+Enter");
    await field.press("Shift+Enter");
    await at("10", "entry 1000");
    await field.fill("not there");
    await told.getByText("Not found").waitFor();
    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    await becomes(() => lines(page).evaluate((/** @type {HTMLElement} */ box) => document.activeElement === box), true);
    assertNoProblems(problems);
    await context.close();
});

test("search goes through all of the output, and round, although only its end is loaded", async () => {
    const { page, context, problems } = await reading("'entry ' || n || repeat('.', 50) || case when n in (170, 10000, 19990) then ' Needle ' || n else '' end || E'\\n'", 20000);
    await page.locator(".log__row", { hasText: "entry 20000" }).waitFor();
    await page.getByRole("button", { name: "Search output" }).click();
    const field = page.getByRole("searchbox", { name: "Search output" });
    const told = page.getByRole("search").getByRole("status");
    const at = (/** @type {number} */ number) => page.locator(".log__row:has(.log__mark--current)", { hasText: `Needle ${number}` }).waitFor();
    await field.fill("needle");
    await at(19990);
    await told.getByText("1 of 1 loaded").waitFor();
    for (const [key, number] of /** @type {[string, number][]} */ ([["Shift+Enter", 10000], ["Shift+Enter", 170], ["Shift+Enter", 19990], ["Enter", 170], ["Enter", 10000]])) {
        await field.press(key);
        await at(number);
    }
    await field.fill("not there");
    await told.getByText("Press Enter to search everything").waitFor();
    await field.press("Enter");
    await told.getByText("Not found").waitFor();
    assertNoProblems(problems);
    await context.close();
});

test("colours, progress bars and breaking long lines", async () => {
    const { page, context, problems } = await reading("case n when 1 then E'\\u001b[31mred\\u001b[0m \\u001b[38;2;1;2;3mdark\\u001b[0m\\n' when 2 then E'10 %\\r100 %\\n' else repeat('long ', 200) || E'end\\n' end", 3);
    await page.locator(".ansi-1", { hasText: "red" }).waitFor();
    assert.ok(await page.locator(".log__text span", { hasText: "dark" }).getAttribute("style"));
    await line(page, /** @type {any} */ (/^100 %$/)).waitFor();
    await becomes(() => page.locator(".log__row").count(), 3);
    await page.getByRole("button", { name: "Wrap lines" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".log__row").length > 6);
    const wide = await lines(page).evaluate((/** @type {HTMLElement} */ box) => box.scrollWidth - box.clientWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    await page.getByRole("button", { name: "Show times" }).click();
    await page.locator(".log__time", { hasText: /^\d\d:\d\d:\d\d\.\d\d\d$/ }).first().waitFor();
    // with the times before it there is less room for a line, which is broken anew
    await page.waitForFunction(() => [...document.querySelectorAll(".log__text")].every((text) => text.getBoundingClientRect().right <= /** @type {any} */ (document.querySelector(".log__scroll")).getBoundingClientRect().right));
    assertNoProblems(problems);
    await context.close();
});

test("a run of somebody else is not there", async () => {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const run = await finishedRun(ada);
    const { page, context } = await openWindow(browser, bob);
    await page.goto(`/runs/${run.id}`);
    await page.getByText("Not found").waitFor();
    await context.close();
});
