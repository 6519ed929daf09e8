// Scripts and their runs, made by the API; and output by SQL, where writing it for real would take long.
import { randomUUID } from "node:crypto";
import { sql } from "./studio.js";

/**
 * A script of this person that is run at once.
 * @param {import("./people.js").Person} person
 * @param {string} code
 * @param {{name?: string, parameters?: any, given?: any, room?: string}} [options]
 */
export async function runScript(person, code, { name = `script ${randomUUID().slice(0, 8)}`, parameters, given = {}, room } = {}) {
    const script = await newScript(person, code, { name, parameters });
    return person.call("POST", `/scripts/${script.id}/run`, { parameters: given, ...(room && { room }) });
}

/** @param {import("./people.js").Person} person @param {string} code @param {{name: string, parameters?: any}} options */
export const newScript = (person, code, { name, parameters }) =>
    person.call("POST", "/scripts", { name, kind: "sh", code, ...(parameters && { parameters }) });

/** A run that is over and has written nothing. @param {import("./people.js").Person} person */
export async function finishedRun(person) {
    const run = await runScript(person, "exit 0");
    for (let state = run.state; state !== "succeeded"; ({ state } = await person.call("GET", `/runs/${run.id}`))) {
        await new Promise((done) => setTimeout(done, 100));
    }
    return run;
}

/**
 * Output of a run, a row a piece.
 * @param {{id: string}} run
 * @param {string} piece the text of the n-th, in SQL
 * @param {number} pieces
 */
export const writeOutput = (run, piece, pieces) => sql(`
    with pieces as (select n, convert_to(${piece}, 'UTF8') as bytes from generate_series(1, ${pieces}) n),
    placed as (select *, sum(octet_length(bytes)) over (order by n) - octet_length(bytes) as position from pieces),
    written as (insert into run_output (run_id, position, stream, bytes) select '${run.id}', position, 'stdout', bytes from placed returning 1)
    update runs set output_bytes = (select sum(octet_length(bytes)) from pieces) where id = '${run.id}'`);
