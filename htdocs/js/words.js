/** Generated from lib/words/words.txt by words.awk. "make generated" writes it anew. */

/** @type {Record<string, {label: string, help: string, given: boolean}>} */
export const PERMISSIONS = {
    "rooms.create": { label: "Create rooms", help: "", given: true },
    "agents.create": { label: "Create agents", help: "", given: true },
    "agents.manage": { label: "Manage all agents", help: "Edit, stop and delete agents of others.", given: false },
    "providers.manage": { label: "Manage providers", help: "Model endpoints and their keys.", given: false },
    "scripts.create": { label: "Create scripts", help: "", given: true },
    "scripts.manage": { label: "Manage all scripts", help: "Edit, run and delete scripts of others, private ones too.", given: false },
    "scripts.network": { label: "Grant network access", help: "Lets a script reach the internet from its sandbox.", given: false },
    "mappings.create": { label: "Create mappings", help: "Sets of variables and secrets for scripts.", given: true },
    "mappings.manage": { label: "Manage all mappings", help: "", given: false },
    "runs.manage": { label: "See and stop all runs", help: "", given: false },
    "users.manage": { label: "Manage users", help: "Accounts, except administrators.", given: false },
    "audit.read": { label: "Read the audit log", help: "", given: false },
    "monitoring.read": { label: "See monitoring", help: "", given: false },
    "settings.manage": { label: "Change settings", help: "", given: false },
};

/** @type {Record<string, {label: string, help: string}>} */
export const SCOPES = {
    read: { label: "Read", help: "Everything that you can see." },
    write: { label: "Write", help: "Post, create, change and delete." },
    admin: { label: "Administer", help: "Manage users, settings and what belongs to others, as far as you may." },
};

/** @type {Record<string, {label: string, tone: string, over: boolean}>} */
export const RUN_STATES = {
    queued: { label: "Waiting", tone: "warn", over: false },
    running: { label: "Running", tone: "alive", over: false },
    waiting: { label: "Waiting", tone: "warn", over: false },
    succeeded: { label: "Done", tone: "good", over: true },
    failed: { label: "Failed", tone: "bad", over: true },
    cancelled: { label: "Stopped", tone: "", over: true },
    timed_out: { label: "Timed out", tone: "bad", over: true },
    lost: { label: "Lost", tone: "bad", over: true },
};

/** @type {Record<string, {label: string}>} */
export const RUN_KINDS = {
    script: { label: "Script" },
    workflow: { label: "Workflow" },
    agent: { label: "Agent's answer" },
    worker: { label: "Worker" },
    housekeeping: { label: "Housekeeping" },
};

/** @type {Record<string, {label: string}>} */
export const RUN_VIAS = {
    api: { label: "API" },
    ui: { label: "this site" },
    room: { label: "a room" },
    job: { label: "a job" },
    mcp: { label: "MCP" },
    agent: { label: "an agent" },
    workflow: { label: "a workflow" },
};

/** @type {Record<string, {sentence: string}>} */
export const RUN_ENDS = {
    exit: { sentence: "" },
    signal: { sentence: "" },
    memory: { sentence: "The run exceeded its memory limit." },
    cpu_time: { sentence: "The run exceeded its processor time limit." },
    wall_time: { sentence: "The run exceeded its time limit." },
    output: { sentence: "The run wrote far more output than is kept." },
    processes: { sentence: "The run exceeded its limit of processes." },
    disk: { sentence: "The run exceeded its disk limit." },
    cancelled: { sentence: "The run was stopped." },
    start: { sentence: "The run could not be started." },
    lost: { sentence: "The runner that executed the run is gone." },
};

/** @type {Record<string, {label: string, about: string, interpreter: string, install: string, language: string, endings: string}>} */
export const SCRIPT_KINDS = {
    sh: { label: "Shell", about: "Commands and small glue", interpreter: "bash", install: "apt install bash", language: "shell", endings: "sh bash" },
    python: { label: "Python", about: "Data, files, calculations", interpreter: "python3", install: "apt install python3", language: "python", endings: "py" },
    node: { label: "Node.js", about: "JavaScript outside the browser", interpreter: "node", install: "apt install nodejs", language: "javascript", endings: "js mjs" },
    playbook: { label: "Ansible playbook", about: "The wanted state of machines", interpreter: "ansible-playbook", install: "apt install ansible", language: "yaml", endings: "yml yaml" },
    terraform: { label: "Terraform", about: "Plans and applies infrastructure", interpreter: "tofu or terraform", install: "see https://opentofu.org/docs/intro/install/deb/", language: "hcl", endings: "tf" },
    aws: { label: "AWS commands", about: "Shell with the aws command", interpreter: "aws", install: "apt install awscli", language: "shell", endings: "aws" },
};

/** @type {Record<string, {label: string, unit: string}>} */
export const LIMITS = {
    wall_seconds: { label: "Time", unit: "seconds" },
    cpu_seconds: { label: "Processor", unit: "seconds" },
    memory_mb: { label: "Memory", unit: "MB" },
    disk_mb: { label: "Work folder", unit: "MB" },
    output_mb: { label: "Output", unit: "MB" },
    processes: { label: "Processes", unit: "at once" },
    open_files: { label: "Open files", unit: "at once" },
};

/** @type {Record<string, {label: string}>} */
export const PROVIDER_KINDS = {
    openai: { label: "OpenAI-compatible" },
    command: { label: "Built in" },
};
