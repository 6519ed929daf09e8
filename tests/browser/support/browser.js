// Debian's Chromium, and pages that remember everything that went wrong in them.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { studio } from "./studio.js";
import { becomes, PATIENCE_MS } from "./wait.js";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];

export const openBrowser = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, timeout: 2 * PATIENCE_MS });

/**
 * A window of its own, logged in as the person (not at all without one).
 * @param {import("playwright-core").Browser} browser
 * @param {{cookies: Record<string, string>} | null} person
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openWindow(browser, person, options = {}) {
    const context = await browser.newContext({ baseURL: studio().url, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    if (person) {
        const { url } = studio();
        await context.addCookies(Object.entries(person.cookies).filter(([, value]) => value)
            .map(([name, value]) => ({ name, value, url: name.startsWith("refresh_token") ? `${url}/api/auth` : url, httpOnly: true })));
    }
    const page = await context.newPage();
    const problems = watch(page);
    return { context, page, problems };
}

/** Script errors, refused content and console errors of a page. @param {import("playwright-core").Page} page */
function watch(page) {
    /** @type {string[]} */
    const problems = [];
    page.on("pageerror", (error) => problems.push(`script: ${error.stack}`));
    page.on("console", (message) => {
        // Chromium writes one for each answer of 400 and more, and for each lost connection: the tests provoke those.
        if (message.type() === "error" && !/Failed to load resource|WebSocket connection to/.test(message.text())) {
            problems.push(`console: ${message.text()}`);
        }
    });
    return problems;
}

/** @param {string[]} problems */
export const assertNoProblems = (problems) => assert.deepEqual(problems, []);

/** The room's page, ready to be used. @param {import("playwright-core").Page} page @param {{id: string}} room */
export async function openRoom(page, room) {
    await page.goto(`/rooms/${room.id}`);
    await page.getByRole("textbox", { name: /^Message / }).waitFor();
    await live(page);
}

/** Waits until the live connection stands. @param {import("playwright-core").Page} page */
export const live = (page) => page.getByRole("img", { name: "Connected", exact: true }).waitFor({ state: "attached" });

/** Writes into the composer and sends. @param {import("playwright-core").Page} page @param {string} text */
export async function write(page, text) {
    const composer = page.getByRole("textbox", { name: /^Message / });
    await composer.fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The message with this text, as it stands in the log. @param {import("playwright-core").Page} page @param {string} text */
export const message = (page, text) => page.locator(".post[data-seq]", { hasText: text });

/** Waits until the keyboard writes there. @param {import("playwright-core").Locator} locator */
export const focused = (locator) => locator.and(locator.page().locator(":focus")).waitFor();

/** Waits until the messages in view are these, in this order. @param {import("playwright-core").Page} page @param {string[]} wanted */
export const reads = (page, wanted) => becomes(() => texts(page), wanted);

/** The texts of all messages in view, in order: as they are now. @param {import("playwright-core").Page} page */
export const texts = (page) => page.locator(".post[data-seq] .post__body .md").allInnerTexts();
