#include "cron/dependencies/ecosystem.h"

#include "base/json.h"

#include <stddef.h>

/* clang-format off */
#define PATH_OF(folder) "PATH=" folder ":/usr/local/bin:/usr/bin:/bin"

/* The scripts of package.json itself are for who develops it, and their programs are not here; those of the packages
 * are executed. npm says much about an error: what counts is its first line that is no detail, which becomes the last. */
#define NPM_INSTALL                                                                                                    \
    "mkdir node_modules\n"                                                                                             \
    "\"$0\" -e 'const fs = require(\"fs\"), name = \"package.json\", { scripts, ...rest } = "                          \
    "JSON.parse(fs.readFileSync(name)); fs.writeFileSync(name, JSON.stringify(rest))' || exit\n"                       \
    "npm ci --omit=dev 2>/tmp/errors\n"                                                                                \
    "code=$?\n"                                                                                                        \
    "cat /tmp/errors >&2\n"                                                                                            \
    "[ $code = 0 ] || sed -nE 's/^npm (error|ERR!) +//p' /tmp/errors |\n"                                              \
    "    grep -vE '^(code|errno|syscall|path|dest|signal|command|gyp) ' | head -n 1 >&2\n"                             \
    "exit $code\n"

/* The lock names each provider with its version; the configuration that asks for them is made from it, so that no other
 * file of the script counts. init checks each package by the hashes of the lock and adds those of what it has unpacked,
 * by which a run checks it again: so the lock that it leaves goes with the tree. */
#define TERRAFORM_INSTALL                    \
    "set -e\n" \
    "names=$(sed -nE 's|^provider \"([A-Za-z0-9._/-]+)\" [{]$|\\1|p' .terraform.lock.hcl)\n" \
    "for name in $names; do if [ -d \"vendor/$name\" ]; then own=\"$own $name\"; fi; done\n" \
    "list() { for name; do printf '\"%s\", ' \"$name\"; done; }\n" \
    "source() { printf '  %s {\\n    %s\\n    %s = [%s]\\n  }\\n' \"$1\" \"$2\" \"$3\" \"$(list $4)\"; }\n" \
    "{\n" \
    "    printf 'terraform {\\n  required_providers {\\n'\n" \
    "    for name in $names; do echo \"    p$((count += 1)) = { source = \\\"$name\\\" }\"; done\n" \
    "    printf '  }\\n}\\n'\n" \
    "} >main.tf\n" \
    "{\n" \
    "    echo 'provider_installation {'\n" \
    "    [ -z \"$own\" ] || source filesystem_mirror 'path = \"/work/vendor\"' include \"$own\"\n" \
    "    if [ -n \"$REGISTRY\" ]; then source network_mirror \"url = \\\"$REGISTRY\\\"\" exclude \"$own\"\n" \
    "    elif [ -z \"$OFFLINE\" ]; then source direct \"\" exclude \"$own\"; fi\n" \
    "    echo '}'\n" \
    "} >/tmp/install.rc\n" \
    "TF_CLI_CONFIG_FILE=/tmp/install.rc \"$0\" init -backend=false -input=false -no-color 2>/tmp/errors || {\n" \
    "    cat /tmp/errors\n" \
    "    tr -s '\\n ' ' ' </tmp/errors | sed 's/^ *//' >&2\n" \
    "    exit 1\n" \
    "}\n" \
    "mkdir -p .terraform/providers\n" \
    "mv .terraform/providers tree\n" \
    "cp .terraform.lock.hcl tree/\n" \
    "{\n" \
    "    echo 'provider_installation {'\n" \
    "    source filesystem_mirror 'path = \"/dependencies\"' include \"$names\"\n" \
    "    source direct \"\" exclude \"$names\"\n" \
    "    echo '}'\n" \
    "} >tree/terraform.rc\n"

static enum outcome look_at_package(const struct folder *folder, struct text *why);

static const struct ecosystem ecosystems[SCRIPT_KIND_COUNT] = {
    /* The packages are those of Python's user: after the script's own modules and before those of the host. */
    [SCRIPT_KIND_PYTHON] = {
        .what = "packages",
        .files = {"requirements.txt"},
        .installer = "pip3",
        .install = "apt install python3-pip",
        .argv = {"@", "-m", "pip", "install", "--user", "--ignore-installed", "--no-cache-dir", "--no-input",
                 "--no-warn-script-location", "--progress-bar=off", "--requirement=requirements.txt"},
        .always = {"PYTHONUSERBASE=/work/tree", "PIP_BREAK_SYSTEM_PACKAGES=1", "PIP_DISABLE_PIP_VERSION_CHECK=1",
                   "PYTHONUNBUFFERED=1"},
        .offline = {"PIP_NO_INDEX=1"},
        .vendored = {"PIP_FIND_LINKS=/work/vendor"},
        .registry = "PIP_INDEX_URL",
        .trust = "PIP_TRUSTED_HOST",
        .tree = "tree",
        .folder = DEPENDENCIES_FOLDER,
        .run = {"PYTHONUSERBASE=/dependencies", PATH_OF("/dependencies/bin")},
    },
    /* /node_modules is found from each folder. */
    [SCRIPT_KIND_NODE] = {
        .what = "packages",
        .files = {"package.json", "package-lock.json"},
        .installer = "npm",
        .install = "apt install npm",
        .argv = {"/bin/bash", "-c", NPM_INSTALL, "@"},
        .always = {"npm_config_cache=/tmp/npm", "npm_config_logs_max=0", "npm_config_audit=false",
                   "npm_config_fund=false", "npm_config_update_notifier=false", "npm_config_install_links=true",
                   "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"},
        .offline = {"npm_config_offline=true"},
        .registry = "npm_config_registry",
        .tree = "node_modules",
        .folder = "node_modules",
        .run = {PATH_OF("/node_modules/.bin")},
        .look = look_at_package,
    },
    [SCRIPT_KIND_PLAYBOOK] = {
        .what = "collections and roles",
        .files = {"requirements.yml"},
        .installer = "ansible-galaxy",
        .install = "apt install ansible-core",
        .argv = {"ansible-galaxy", "install", "--role-file=requirements.yml"},
        .always = {"ANSIBLE_COLLECTIONS_PATH=/work/tree/collections", "ANSIBLE_ROLES_PATH=/work/tree/roles",
                   "ANSIBLE_NOCOLOR=1", "PYTHONUNBUFFERED=1"},
        .registry = "ANSIBLE_GALAXY_SERVER",
        .tree = "tree",
        .folder = DEPENDENCIES_FOLDER,
        .run = {"ANSIBLE_COLLECTIONS_PATH=/dependencies/collections:/usr/share/ansible/collections",
                "ANSIBLE_ROLES_PATH=/dependencies/roles:/usr/share/ansible/roles"},
        .by_dry_run = true,
    },
    [SCRIPT_KIND_TERRAFORM] = {
        .what = "providers",
        .files = {".terraform.lock.hcl"},
        .argv = {"/bin/bash", "-c", TERRAFORM_INSTALL, "@"},
        .always = {"CHECKPOINT_DISABLE=1"},
        .offline = {"OFFLINE=1"},
        .registry = "REGISTRY",
        .tree = "tree",
        .folder = DEPENDENCIES_FOLDER,
        .run = {"TF_CLI_CONFIG_FILE=/dependencies/terraform.rc"},
        .by_dry_run = true,
    },
};
/* clang-format on */

static bool has_any(struct json_object *package, const char *name)
{
    struct json_object *given;

    return json_object_object_get_ex(package, name, &given) && json_object_is_type(given, json_type_object) &&
           json_object_object_length(given) > 0;
}

/* Often it says no more than that the script is a module. */
static enum outcome look_at_package(const struct folder *folder, struct text *why)
{
    const struct sandbox_file *file = folder_find(folder, "package.json");
    struct text content = TEXT_EMPTY;
    struct json_object *package;
    bool asks;

    text_add_bytes(&content, file->bytes, file->length);
    package = json_tokener_parse(text_string(&content));
    asks = has_any(package, "dependencies") || has_any(package, "optionalDependencies");
    json_object_put(package);
    text_free(&content);
    if (!asks)
        return OUTCOME_ABSENT;
    if (folder_has(folder, "package-lock.json"))
        return OUTCOME_OK;
    text_add(why, "package-lock.json is missing beside package.json: npm install makes it.");
    return OUTCOME_INVALID;
}

const struct ecosystem *ecosystem_of(enum script_kind_word kind)
{
    return ecosystems[kind].what ? &ecosystems[kind] : NULL;
}
