/** The templates of new scripts: something of each kind that works at once and shows how parameters come in, and how
 * results and files go out. */

const PARAMETERS = {
    type: "object",
    properties: {
        who: { type: "string", title: "Name", default: "world", maxLength: 80 },
        times: { type: "integer", title: "Number of times", default: 3, minimum: 1, maximum: 100 },
    },
    required: ["who"],
    order: ["who", "times"],
};

const SHELL = `#!/bin/sh
# Parameters are there as $PARAM_WHO, $PARAM_TIMES and so on.
set -eu

for n in $(seq "$PARAM_TIMES"); do
    echo "$n: Hello, $PARAM_WHO!"
done

# Files in out/ are kept with the run; what is written to $COAGENT_OUTPUT is its result.
echo "Hello, $PARAM_WHO!" >out/greeting.txt
echo "{\\"greetings\\": $PARAM_TIMES}" >"$COAGENT_OUTPUT"
`;

const PYTHON = `# The file $COAGENT_INPUT contains the parameters.
import json
import os

with open(os.environ["COAGENT_INPUT"]) as file:
    given = json.load(file)

for n in range(given["times"]):
    print(f"{n + 1}: Hello, {given['who']}!", flush=True)

# Files in out/ are kept with the run; what is written to COAGENT_OUTPUT is its result.
with open("out/greeting.txt", "w") as file:
    print(f"Hello, {given['who']}!", file=file)
with open(os.environ["COAGENT_OUTPUT"], "w") as file:
    json.dump({"greetings": given["times"]}, file)
`;

const NODE = `// The file $COAGENT_INPUT contains the parameters.
const fs = require("node:fs");

const { who, times } = JSON.parse(fs.readFileSync(process.env.COAGENT_INPUT, "utf8"));

for (let n = 1; n <= times; n++) {
    console.log(\`\${n}: Hello, \${who}!\`);
}

// Files in out/ are kept with the run; what is written to COAGENT_OUTPUT is its result.
fs.writeFileSync("out/greeting.txt", \`Hello, \${who}!\\n\`);
fs.writeFileSync(process.env.COAGENT_OUTPUT, JSON.stringify({ greetings: times }));
`;

const PLAYBOOK = `# Parameters are variables. Set INVENTORY in the mapping to reach hosts other than localhost.
- name: Greet
  hosts: all
  connection: local
  gather_facts: false
  tasks:
    - name: Say hello
      ansible.builtin.debug:
        msg: "{{ item }}: Hello, {{ who }}!"
      loop: "{{ range(1, times | int + 1) | list }}"
`;

const TERRAFORM = `# Parameters are in /coagent/input.json. The state is stored encrypted between runs.
locals {
  input = jsondecode(file("/coagent/input.json"))
}

resource "terraform_data" "greeting" {
  input = "Hello, \${local.input.who}!"
}

output "greeting" {
  value = terraform_data.greeting.output
}
`;

const AWS = `#!/bin/bash
# Keys and region come from the mapping: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION.
set -euo pipefail

aws --version
echo "Hello, $PARAM_WHO!"

# With the network granted, for example:
#   aws s3 ls
`;

/** @type {Record<string, string>} */
const CODE = { sh: SHELL, python: PYTHON, node: NODE, playbook: PLAYBOOK, terraform: TERRAFORM, aws: AWS };

/** @param {string} kind */
export const templateOf = (kind) => ({ code: CODE[kind], parameters: PARAMETERS });
