// Agents: answers stream to everybody, can be stopped, tell what went wrong, and are kept.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoProblems, message, openBrowser, openRoom, openWindow, write } from "./support/browser.js";
import { startHeldModel, startModel } from "./support/model.js";
import { admin, newAgent, newPerson, newRoom } from "./support/people.js";
import { becomes, until } from "./support/wait.js";

const STORY = Array.from({ length: 40 }, (_, n) => `sentence number ${n + 1}`).join(", ") + ". The end.";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {{url: string, stop: () => void}} */
let model;
before(async () => {
    browser = await openBrowser();
    model = await startModel([
        { match: { userMessage: "break off", sequenceIndex: 0 }, response: { content: "This far and " + STORY }, latency: 40, truncateAfterChunks: 6 },
        { match: { userMessage: "was interrupted there" }, response: { content: " And this is the end of it." } },
        { match: { userMessage: "go on and on" }, response: { content: "This is its beginning.", finishReason: "length" } },
        { match: { userMessage: "break off" }, response: { content: "This time it is whole." } },
        { match: { userMessage: "wrong key" }, response: { error: { message: "Incorrect API key provided", type: "invalid_request_error" }, status: 401 } },
        { match: {}, response: { content: "A **short** answer." } },
    ]);
});
after(async () => {
    model.stop();
    await browser.close();
});

/** Two people, an agent and their windows. @param {string} name @param {any} provider */
async function audience(name, provider) {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const agent = await newAgent(name, provider);
    const room = await newRoom(ada, name, [bob, agent]);
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await Promise.all([openRoom(left.page, room), openRoom(right.page, room)]);
    const end = async () => {
        assertNoProblems([...left.problems, ...right.problems]);
        await Promise.all([left.context.close(), right.context.close()]);
    };
    return { ada, agent, room, left: left.page, right: right.page, end };
}

/** The answer that is being written. @param {import("playwright-core").Page} page */
const live = (page) => page.locator(".post--live");

test("the built-in commands stream to both, word by word, and can be stopped by the other", async () => {
    const { agent, left, right, end } = await audience("Counter", { kind: "command" });
    await write(left, `@${agent.handle} /count 100`);
    await Promise.all([live(left).getByText(/\b3\b/).waitFor(), live(right).getByText(/\b3\b/).waitFor()]);
    const early = await live(right).locator(".md").innerText();
    await until(() => live(right).locator(".md").innerText(), (text) => text.length > early.length && text.startsWith(early), "it grows in place");
    await live(right).getByRole("button", { name: "Stop" }).click();
    await Promise.all([left.getByText("Stopped").waitFor(), right.getByText("Stopped").waitFor()]);
    await Promise.all([live(left).waitFor({ state: "detached" }), live(right).waitFor({ state: "detached" })]);
    assert.doesNotMatch(await message(left, "Stopped").innerText(), /\b100\b/);
    await end();
});

test("a model's answer streams to both, and who comes in the middle sees it from the beginning", async () => {
    const held = await startHeldModel(STORY.slice(0, STORY.length / 2), STORY.slice(STORY.length / 2));
    const { ada, agent, room, left, right, end } = await audience("Teller", { kind: "openai", base_url: held.url, default_model: "held" });
    await write(left, `@${agent.handle} tell us a long story`);
    await Promise.all([live(left).getByText(/sentence number 3\b/).waitFor(), live(right).getByText(/sentence number 3\b/).waitFor()]);
    const late = await openWindow(browser, ada);
    await openRoom(late.page, room);
    await live(late.page).getByText(/sentence number 1, sentence number 2,/).waitFor();
    held.letGo();
    for (const page of [left, right, late.page]) {
        await message(page, "The end.").waitFor();
        await live(page).waitFor({ state: "detached" });
        await becomes(() => message(page, "The end.").locator(".md").innerText(), STORY);
    }
    held.stop();
    assertNoProblems(late.problems);
    await late.context.close();
    await end();
});

test("an answer that breaks off keeps its text and can be asked for again", async () => {
    const { agent, left, right, end } = await audience("Breaker", { kind: "openai", base_url: model.url, default_model: "mock-1" });
    await write(left, `@${agent.handle} break off, please`);
    const card = left.locator(".post", { has: left.locator(".error-card") });
    await card.waitFor();
    assert.match(await card.innerText(), /This far/);
    await left.getByRole("button", { name: "Retry" }).click();
    await message(right, "This time it is whole.").waitFor();
    await end();
});

test("an answer that its model cut off says so and can be continued", async () => {
    const { agent, left, right, end } = await audience("Talker", { kind: "openai", base_url: model.url, default_model: "mock-1" });
    await write(left, `@${agent.handle} go on and on`);
    await message(right, "Cut off: length").waitFor();
    await message(left, "Cut off: length").getByRole("button", { name: "Continue" }).click();
    await message(right, "This is its beginning. And this is the end of it.").waitFor();
    await end();
});

test("a refused key is told in the room", async () => {
    const { agent, left, right, end } = await audience("Locked", { kind: "openai", base_url: model.url, default_model: "mock-1", key: "sk-wrong" });
    await write(left, `@${agent.handle} wrong key`);
    await right.locator(".error-card").waitFor();
    assert.doesNotMatch(await right.locator(".error-card").innerText(), /sk-wrong/);
    await end();
});

test("an agent is made, tried, stopped and deleted in the browser", async () => {
    const boss = await admin();
    const { page, context, problems } = await openWindow(browser, boss);
    const handle = `helper-${process.pid}`;
    await page.goto("/providers");
    await page.getByRole("button", { name: "New provider" }).first().click();
    await page.getByLabel("Name").fill(`Mock ${process.pid}`);
    await page.getByLabel("Base URL").fill(model.url);
    await page.getByRole("textbox", { name: "Default model" }).fill("mock-1");
    await page.getByRole("dialog").getByRole("button", { name: "Create provider" }).click();
    await page.getByRole("button", { name: `Actions for Mock ${process.pid}` }).click();
    await page.getByRole("menuitem", { name: "Test connection" }).click();
    await page.getByRole("dialog").getByText("Connected").waitFor();
    await page.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Agents" }).click();
    await page.getByRole("button", { name: "New agent" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill("Helper");
    await page.getByRole("textbox", { name: "Handle" }).fill(handle);
    await page.getByLabel("Provider").selectOption({ label: `Mock ${process.pid}` });
    await page.getByRole("button", { name: "Create agent" }).click();
    await page.getByRole("button", { name: "Try it" }).click();
    const composer = page.getByRole("textbox", { name: /^Message Try Helper/ });
    await page.waitForFunction((text) => document.querySelector("textarea")?.value === text, `@${handle} `);
    await composer.pressSequentially("hello");
    await page.keyboard.press("Enter");
    await message(page, "A short answer.").waitFor();
    await page.goto("/agents");
    await page.getByRole("link", { name: new RegExp(`@${handle}`) }).click();
    await page.getByRole("button", { name: "Agent menu" }).click();
    await page.getByRole("menuitem", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByText("Succeeded", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Agent menu" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByLabel(`Type “${handle}” to confirm`).fill(handle);
    await page.getByRole("button", { name: "Delete agent" }).click();
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await page.getByRole("table", { name: "Agents" }).or(page.getByText("No agents yet")).waitFor();
    await page.getByRole("link", { name: new RegExp(`@${handle}`) }).waitFor({ state: "detached" });
    assertNoProblems(problems);
    await context.close();
});
