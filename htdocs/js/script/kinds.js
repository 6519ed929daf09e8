/** The kinds of scripts: what they are called here, how they are coloured and how their files are named. */

/** @type {Record<string, {name: string, about: string, language: string, extension: string}>} */
export const KINDS = {
    sh: { name: "Shell", about: "Commands and small glue", language: "shell", extension: "sh" },
    python: { name: "Python", about: "Data, files, calculations", language: "python", extension: "py" },
    node: { name: "Node.js", about: "JavaScript outside the browser", language: "javascript", extension: "js" },
    playbook: { name: "Ansible playbook", about: "The wanted state of machines", language: "yaml", extension: "yml" },
    terraform: { name: "Terraform", about: "Plans and applies infrastructure", language: "hcl", extension: "tf" },
    aws: { name: "AWS commands", about: "Shell with the aws command", language: "shell", extension: "aws" },
};

/** @param {string} kind */
export const kindName = (kind) => KINDS[kind]?.name || kind;

/** "backup.sh" for "Backup!" @param {{name: string, kind: string}} script */
export const fileName = ({ name, kind }) =>
    `${name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "script"}.${KINDS[kind]?.extension || "txt"}`;

/** Files that may be uploaded; others are told by their first line. */
export const ACCEPTED = ".sh,.bash,.py,.js,.mjs,.yml,.yaml,.tf,.aws,text/*";
/** Bytes of UTF-8 in a script. */
export const LONGEST = 524288;
