// The studio that tests/run-browser started: where it is, its database, and how to stop and start it.
import { execFile, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const state = process.env.COAGENT_STUDIO;

if (!state) {
    throw new Error("COAGENT_STUDIO must name the state folder of a running studio; tests/run-browser starts one.");
}

/** @returns {{url: string, admin_email: string, admin_password: string, database_url: string, pids: Record<string, number>}} */
export const studio = () => JSON.parse(readFileSync(path.join(state, "studio.json"), "utf8"));

/** Runs statements on the studio's database: to bring about what takes long in life. @param {string} statements */
export async function sql(statements) {
    const { stdout } = await run("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", studio().database_url, "-c", statements]);
    return stdout.trim();
}

/**
 * ./studio with these words, and the state folder.
 * @param {...string} words
 * @returns {Promise<void>}
 */
export function command(...words) {
    return new Promise((done, fail) => {
        // a file, because what it leaves running would hold a pipe open
        const said = path.join(tmpdir(), `coagent-said-${process.pid}`);
        const output = openSync(said, "w");
        const child = spawn(path.join(top, "studio"), [...words, "--state", state], { cwd: top, stdio: ["ignore", output, output] });
        child.on("error", fail);
        child.on("exit", (status) => {
            const told = readFileSync(said, "utf8");
            closeSync(output);
            rmSync(said, { force: true });
            return status === 0 ? done() : fail(new Error(`./studio ${words.join(" ")} ended with ${status}:\n${told}`));
        });
    });
}

/** Everything down and up again, at the same address. */
export async function restart() {
    const { port } = new URL(studio().url);
    await command("down");
    await command("up", "--detach", "--port", port);
}
