// A model server of the OpenAI kind that answers from fixtures: npm's @copilotkit/aimock.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";

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
    for (let tries = 0; tries < 100; tries++) {
        if (await fetch(`${url}/models`).then(() => true, () => false)) {
            break;
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
