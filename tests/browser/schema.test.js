// The cases of tests/vectors, which the unit tests of lib/schema and lib/pattern read, too: the form agrees with the server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parametersOf, valuesOf } from "../../htdocs/js/script/parameters/values.js";
import { nameErrors, rowsOf, schemaOf, unknownIn } from "../../htdocs/js/script/parameters/schema.js";

/** @param {string} name @returns {any[]} */
const cases = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));

/** The server's patterns are those of ECMAScript; the option in front is PostgreSQL's and ours. @param {string} source */
function expression(source) {
    const [, option, rest] = /** @type {RegExpExecArray} */ (/^(\(\?i\))?([^]*)$/.exec(source));
    return [option ? "iu" : "u", option ? "i" : ""].map((flags) => {
        try {
            return new RegExp(rest, flags);
        } catch {
            return null;
        }
    }).find(Boolean);
}

test("a regular expression fits here what it fits in the server", () => {
    for (const { pattern, error, fits, fails } of cases("patterns.json")) {
        const own = error ? null : expression(pattern);
        assert.ok(error || own, pattern);
        assert.deepEqual((fits || []).filter((/** @type {string} */ text) => !own?.test(text)), [], pattern);
        assert.deepEqual((fails || []).filter((/** @type {string} */ text) => own?.test(text)), [], pattern);
    }
});

test("the table of parameters shows what the server takes, and says which keywords and names it would refuse", () => {
    for (const { schema, error, browser } of cases("parameters.json")) {
        const text = JSON.stringify(schema).slice(0, 200);
        if (!error || browser) {
            assert.equal(unknownIn(schema).length > 0, browser === "unknown", text);
        }
        if (!error || browser === "names") {
            assert.equal(Object.keys(nameErrors(rowsOf(schema))).length > 0, browser === "names", text);
        }
    }
});

test("a schema that the server takes comes back from the table with the same rules", () => {
    for (const { schema } of cases("parameters.json").filter((one) => !one.error)) {
        assert.deepEqual(schemaOf(rowsOf(schema)).properties || {}, schema.properties || {});
    }
});

/** What a form leaves out. @param {any} value */
const isEmpty = (value) => value === "" || (Array.isArray(value) && (!value.length || value.includes("")));

test("a value that the server takes comes back from the form as it is", () => {
    for (const { rule, good } of cases("values.json")) {
        const schema = { properties: { a: rule } };
        for (const value of good.filter((/** @type {any} */ one) => !isEmpty(one))) {
            assert.deepEqual(parametersOf(schema, valuesOf(schema, { a: value })), { a: value }, JSON.stringify(rule));
        }
    }
});
