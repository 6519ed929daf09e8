// Makes docs/screenshot.png, the picture in the README: a room in which an agent is answering, on a running studio.
//   COAGENT_STUDIO=DIR node tests/browser/screenshot.js [FILE]
// It leaves its people, rooms and agent behind: use a studio that is thrown away afterwards. The fonts are the
// machine's; with Debian's fonts-cantarell it looks as on a Debian desktop.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { openRoom, openWindow } from "./support/browser.js";
import { startModel } from "./support/model.js";
import { admin, newAgent, newRoom, Person, say } from "./support/people.js";

const file = process.argv[2] || "docs/screenshot.png";
const PASSWORD = "a pass phrase for pictures";
const ANSWER = `I compared the two nights. The renewal failed for the same reason both times:

\`\`\`sh
curl -sI https://acme.example.net/directory | head -1
# HTTP/2 503
\`\`\`

The certificate is **good for 12 more days**, so nothing is urgent. I suggest that we

1. retry tonight at 02:00, when the directory is usually quiet,
2. write here if that fails as well,
3. switch to the second directory on Friday at the latest.

Shall I set up the retry, or would you rather look at the logs of both nights first?`;

const wait = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** @param {Person} boss @param {string} name @param {string} email */
async function person(boss, name, email) {
    await boss.call("POST", "/admin/users", { email, name, password: PASSWORD });
    return new Person().logIn(email, PASSWORD);
}

/** Debian's desktop font as the system's UI font, if it is installed. @param {string} folder */
function useDesktopFont(folder) {
    const conf = path.join(folder, "fonts.conf");
    const prefer = ["system-ui", "sans-serif"].map((name) => `<alias binding="strong"><family>${name}</family><prefer><family>Cantarell</family></prefer></alias>`);
    writeFileSync(conf, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
        <fontconfig><include>/etc/fonts/fonts.conf</include>${prefer.join("")}</fontconfig>`);
    return conf;
}

/** People, rooms and what was said in them. @param {Person} boss @param {string} model */
async function furnish(boss, model) {
    const grace = await person(boss, "Grace Hopper", "grace@example.com");
    const alan = await person(boss, "Alan Turing", "alan@example.com");
    const agent = await newAgent("Sentinel", { kind: "openai", base_url: model, default_model: "mock-1" });
    await boss.call("PATCH", `/agents/${agent.id}`, { handle: "sentinel", version: agent.version });
    const room = await newRoom(boss, "Operations", [grace, alan, agent]);
    await boss.call("PATCH", `/rooms/${room.id}`, { topic: "Deployments, incidents and what we learn from them", version: room.version });
    for (const [name, words] of /** @type {[string, string[]][]} */ ([["Data desk", ["The import is through."]], ["Research", []],
        ["Support", ["Two new tickets", "One is about the log-in", "@ada can you have a look?"]], ["Release 2.4", []]])) {
        const other = await newRoom(boss, name, [grace]);
        for (const text of words) {
            await say(grace, other, text);
        }
    }
    await say(grace, room, "Good morning! The nightly deploy went through. Two warnings in the log, both about the **certificate renewal**:");
    await say(grace, room, "| Host | Warning | Since |\n|---|---|---|\n| web-1 | `renewal failed, will retry` | Tuesday |\n| web-2 | `renewal failed, will retry` | Wednesday |");
    await say(alan, room, "Same as last month? Then it was their side.");
    return room;
}

const folder = mkdtempSync(path.join(tmpdir(), "coagent-picture-"));
const model = await startModel([{ match: {}, response: { content: ANSWER }, latency: 45 }]);
const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"],
    env: { .../** @type {Record<string, string>} */ (process.env), FONTCONFIG_FILE: useDesktopFont(folder) },
});
try {
    const boss = await admin();
    await boss.edit("/profile", { name: "Ada Lovelace", handle: "ada", theme: "light" });
    const room = await furnish(boss, model.url);
    const { page } = await openWindow(browser, boss, { viewport: { width: 1360, height: 850 }, deviceScaleFactor: 2, colorScheme: "light", locale: "en-GB" });
    await openRoom(page, room);
    await say(boss, room, "@sentinel what happened there, and do we have to do something before the weekend?");
    await page.locator(".post--live").getByText("second directory").waitFor({ timeout: 60000 });
    await wait(150);
    await page.screenshot({ path: file });
    console.log(file);
} finally {
    model.stop();
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
}
