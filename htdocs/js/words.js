/** Generated from lib/words/words.txt by words.awk. "make generated" writes it anew. */

/** @type {Record<string, {label: string, help: string, given: boolean}>} */
export const PERMISSIONS = {
    "rooms.create": { label: "Create rooms", help: "", given: true },
    "agents.create": { label: "Create agents", help: "", given: true },
    "agents.manage": { label: "Manage all agents", help: "Edit, stop and delete other people’s agents.", given: false },
    "providers.manage": { label: "Manage providers", help: "Model endpoints and their keys.", given: false },
    "scripts.create": { label: "Create scripts", help: "", given: true },
    "scripts.manage": { label: "Manage all scripts", help: "Edit, run and delete other people’s scripts, including private ones.", given: false },
    "scripts.network": { label: "Allow internet access", help: "Let scripts reach the internet from their sandbox.", given: false },
    "mappings.create": { label: "Create mappings", help: "Sets of variables and secrets for scripts.", given: true },
    "mappings.manage": { label: "Manage all mappings", help: "", given: false },
    "runs.manage": { label: "View and stop all runs", help: "", given: false },
    "users.manage": { label: "Manage users", help: "Accounts, except administrators.", given: false },
    "audit.read": { label: "View the audit log", help: "", given: false },
    "monitoring.read": { label: "View monitoring", help: "", given: false },
    "settings.manage": { label: "Change settings", help: "", given: false },
};

/** @type {Record<string, {label: string, help: string}>} */
export const SCOPES = {
    read: { label: "Read", help: "View everything you have access to." },
    write: { label: "Write", help: "Post messages; create, edit and delete objects." },
    admin: { label: "Administer", help: "Manage users, settings and other people’s objects, within your permissions." },
};

/** @type {Record<string, {label: string, tone: string, over: boolean}>} */
export const RUN_STATES = {
    queued: { label: "Queued", tone: "warn", over: false },
    running: { label: "Running", tone: "alive", over: false },
    waiting: { label: "Waiting", tone: "warn", over: false },
    succeeded: { label: "Succeeded", tone: "good", over: true },
    failed: { label: "Failed", tone: "bad", over: true },
    cancelled: { label: "Cancelled", tone: "", over: true },
    timed_out: { label: "Timed out", tone: "bad", over: true },
    lost: { label: "Lost", tone: "bad", over: true },
};

/** @type {Record<string, {label: string}>} */
export const RUN_KINDS = {
    script: { label: "Script" },
    workflow: { label: "Workflow" },
    agent: { label: "Agent answer" },
    worker: { label: "Worker" },
    housekeeping: { label: "Housekeeping" },
};

/** @type {Record<string, {label: string}>} */
export const RUN_VIAS = {
    api: { label: "API" },
    ui: { label: "Web" },
    room: { label: "Room" },
    job: { label: "Job" },
    mcp: { label: "MCP" },
    agent: { label: "Agent" },
    workflow: { label: "Workflow" },
};

/** @type {Record<string, {sentence: string}>} */
export const RUN_ENDS = {
    exit: { sentence: "" },
    signal: { sentence: "" },
    memory: { sentence: "Out of memory." },
    cpu_time: { sentence: "CPU time limit exceeded." },
    wall_time: { sentence: "Time limit exceeded." },
    output: { sentence: "Output limit exceeded." },
    processes: { sentence: "Process limit exceeded." },
    disk: { sentence: "Disk limit exceeded." },
    cancelled: { sentence: "Cancelled." },
    start: { sentence: "Failed to start." },
    lost: { sentence: "The runner crashed." },
};

/** @type {Record<string, {label: string, about: string, interpreter: string, install: string, language: string, endings: string, file: string, programs: string, packages: string}>} */
export const SCRIPT_KINDS = {
    sh: { label: "Shell", about: "Shell commands", interpreter: "bash", install: "apt install bash", language: "shell", endings: "sh bash", file: "script.sh", programs: "bash sh dash ash", packages: "" },
    python: { label: "Python", about: "Data, files, calculations", interpreter: "python3", install: "apt install python3", language: "python", endings: "py", file: "script.py", programs: "python3 python", packages: "requirements.txt" },
    node: { label: "Node.js", about: "JavaScript (Node.js)", interpreter: "node", install: "apt install nodejs", language: "javascript", endings: "js mjs", file: "script.js", programs: "node nodejs", packages: "package.json" },
    playbook: { label: "Ansible playbook", about: "Configure servers", interpreter: "ansible-playbook", install: "apt install ansible", language: "yaml", endings: "yml yaml", file: "script.yml", programs: "ansible-playbook", packages: "requirements.yml" },
    terraform: { label: "Terraform", about: "Provision infrastructure", interpreter: "tofu or terraform", install: "see https://opentofu.org/docs/intro/install/deb/", language: "hcl", endings: "tf", file: "script.tf", programs: "tofu terraform", packages: ".terraform.lock.hcl" },
    aws: { label: "AWS commands", about: "Shell with the AWS CLI", interpreter: "aws", install: "apt install awscli", language: "shell", endings: "aws", file: "script.sh", programs: "bash sh dash ash", packages: "" },
};

/** @type {Record<string, {label: string, help: string}>} */
export const SCRIPT_APIS = {
    none: { label: "None", help: "Runs get no token." },
    read: { label: "Read", help: "Runs can view rooms, messages, scripts and runs." },
    write: { label: "Read and write", help: "Runs can also post messages, create rooms, and start and stop runs." },
};

/** @type {Record<string, {label: string, unit: string}>} */
export const LIMITS = {
    wall_seconds: { label: "Time limit", unit: "s" },
    cpu_seconds: { label: "CPU time", unit: "s" },
    memory_mb: { label: "Memory", unit: "MB" },
    disk_mb: { label: "Disk", unit: "MB" },
    output_mb: { label: "Output", unit: "MB" },
    processes: { label: "Max processes", unit: "" },
    open_files: { label: "Max open files", unit: "" },
};

/** @type {Record<string, {value: number}>} */
export const FOLDER_LIMITS = {
    files: { value: 500 },
    bytes: { value: 2097152 },
    path: { value: 255 },
    depth: { value: 16 },
};

/** @type {Record<string, {label: string, help: string, value: number, most: number}>} */
export const SETTINGS = {
    run_retention_days: { label: "Keep runs (days)", help: "0 = keep forever. Deleting a run also deletes its output, files and result.", value: 90, most: 36500 },
    run_output_retention_days: { label: "Keep output (days)", help: "Output takes most of the space. 0 = keep as long as the run.", value: 30, most: 36500 },
    user_storage_mb: { label: "Storage per user (MB)", help: "For the output and files of a user’s runs. 1,000 MB are 1 GB. 0 = unlimited.", value: 2000, most: 1000000000 },
};

/** @type {Record<string, {label: string, help: string, kind: string}>} */
export const PACKAGE_SOURCES = {
    python_index_url: { label: "Python packages", help: "The index of pip. Empty: https://pypi.org/simple", kind: "python" },
    npm_registry_url: { label: "Node.js packages", help: "The registry of npm. Empty: https://registry.npmjs.org", kind: "node" },
    galaxy_server_url: { label: "Ansible collections and roles", help: "The Galaxy server. Empty: https://galaxy.ansible.com", kind: "playbook" },
    terraform_mirror_url: { label: "Terraform providers", help: "A provider network mirror, with https and a slash at its end. Empty: the registry of each provider", kind: "terraform" },
};

/** @type {Record<string, {label: string}>} */
export const PROVIDER_KINDS = {
    openai: { label: "OpenAI-compatible" },
    command: { label: "Built-in" },
};
