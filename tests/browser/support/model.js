// A model server of the OpenAI kind that answers from fixtures: npm's @copilotkit/aimock.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { PATIENCE_MS } from "./wait.js";

const tests = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = path.join(tests, "node_modules/.bin/llmock");
// Debian 12's Node.js lacks one function that aimock imports.
const loader = "crc32" in zlib ? [] : ["--no-warnings", "--experimental-loader", path.join(tests, "harness/crc32.mjs")];

/** @returns {Promise<number>} */
const freePort = () => new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
        probe.close(() => done(port));
    });
});

/** @param {any[]} fixtures as aimock reads them: match and response; latency in ms between chunks */
export async function startModel(fixtures) {
    const folder = mkdtempSync(path.join(tmpdir(), "coagent-model-"));
    writeFileSync(path.join(folder, "fixtures.json"), JSON.stringify({ fixtures }));
    const port = await freePort();
    const child = spawn(process.execPath, [...loader, program, "-p", String(port), "-h", "127.0.0.1", "-f", folder, "--log-level", "silent", "-c", "6"], { stdio: "ignore" });
    const url = `http://127.0.0.1:${port}/v1`;
    const end = Date.now() + 2 * PATIENCE_MS;
    while (!(await fetch(`${url}/models`).then(() => true, () => false))) {
        if (child.exitCode !== null || Date.now() > end) {
            throw new Error("the mock model does not start");
        }
        await new Promise((done) => setTimeout(done, 100));
    }
    return {
        url,
        stop: () => {
            child.kill();
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/**
 * A model whose answer waits in its middle until the test lets it go on, however long the test takes.
 * @param {string} before @param {string} after
 */
export async function startHeldModel(before, after) {
    let letGo = () => {};
    const released = new Promise((/** @type {(value?: any) => void} */ done) => (letGo = done));
    const server = createHttpServer(async (request, response) => {
        const tell = (/** @type {any} */ delta, /** @type {string | null} */ end) =>
            response.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model: "held", choices: [{ index: 0, delta, finish_reason: end }] })}\n\n`);
        request.resume();
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        before.match(/.{1,12}/gs)?.forEach((content) => tell({ content }, null));
        const alive = setInterval(() => response.write(": still here\n\n"), 1000);
        await released;
        clearInterval(alive);
        tell({ content: after }, null);
        tell({}, "stop");
        response.end("data: [DONE]\n\n");
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    return { url: `http://127.0.0.1:${port}/v1`, letGo, stop: () => void server.close() };
}
