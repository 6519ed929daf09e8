/** Example scripts: each works at once, shows something of what scripts can do, and runs with one click. */
import { get, post, query } from "../api.js";
import { randomId } from "../id.js";
import { attempt } from "../parts/toast.js";
import { go } from "../router.js";
import { templateOf } from "../script/templates.js";

const REPORT = `#!/bin/sh
# Each run has its own sandbox: its own processes, its own files, and no network unless you allow it.
set -eu

echo "System:    $(uname -sr)"
echo "Processes: $(ls -d /proc/[0-9]* | wc -l) in this sandbox"
echo "Memory:    $(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo) MB available"
df -h . | tail -n 1 | awk '{ print "Disk:      " $4 " free of " $2 }'
`;

const WORDS = `# Counts the words of a text. The file $COAGENT_INPUT contains the parameters.
import collections
import json
import os
import re

with open(os.environ["COAGENT_INPUT"]) as file:
    text = json.load(file)["text"]

counts = collections.Counter(re.findall(r"\\w+", text.lower()))
for word, count in counts.most_common(10):
    print(f"{count:3} {word}")

# Files in out/ are kept with the run; what is written to COAGENT_OUTPUT is its result.
with open("out/words.csv", "w") as file:
    file.writelines(f"{word},{count}\\n" for word, count in counts.most_common())
with open(os.environ["COAGENT_OUTPUT"], "w") as file:
    json.dump({"words": sum(counts.values()), "different": len(counts)}, file)
`;

const TEXT = {
    type: "object",
    properties: { text: { type: "string", title: "Text", format: "multiline", maxLength: 10000,
        default: "The quick brown fox jumps over the lazy dog. The dog sleeps." } },
    order: ["text"],
};

export const EXAMPLES = [
    { name: "Hello", kind: "sh", description: "Prints a greeting. An example to run and edit.", ...templateOf("sh") },
    { name: "System report", kind: "sh", description: "Shows what a run sees of its sandbox.", code: REPORT, parameters: {} },
    { name: "Word count", kind: "python", description: "Counts the words of a text; keeps a file and a result.", code: WORDS,
        parameters: TEXT },
];

/** A script of the caller's; the name is free, or gets a number. @param {typeof EXAMPLES[number]} example */
export async function createExample(example) {
    for (let n = 1; ; n++) {
        const script = await post("/scripts", {
            ...example, name: n === 1 ? example.name : `${example.name} ${n}`, visibility: "private",
        }).catch((problem) => {
            if (problem.status === 409 && n < 20) {
                return null;
            }
            throw problem;
        });
        if (script) {
            return script;
        }
    }
}

/** Runs an example, which is created when the caller does not have it, and shows the run. @param {typeof EXAMPLES[number]} example */
export const runExample = (example) => attempt(async () => {
    const mine = await get("/scripts" + query({ query: example.name, mine: "true" }));
    const known = mine.items.find((/** @type {import("../types.js").Script} */ script) => script.name === example.name);
    const script = known || await createExample(example);
    const run = await post(`/scripts/${script.id}/run`, { parameters: {} }, randomId());
    go(`/runs/${run.id}`);
});
