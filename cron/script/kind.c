#include "cron/script/kind.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASH_CHECK                                                                                                     \
    {                                                                                                                  \
        "/bin/bash", "-n", "/coagent/script.sh"                                                                        \
    }
#define PYTHON_CHECK "import sys; name = '/coagent/script.py'; compile(open(name, 'rb').read(), name, 'exec')"

/* $0 is terraform or tofu; the state is a copy, because what is under /coagent cannot be written, and so is the lock of
 * the providers that were installed, which has their hashes as they are unpacked (cron/dependencies/ecosystem.c). */
#define TERRAFORM_PLAN                                                                                                 \
    "set -e\n"                                                                                                         \
    "[ -e script.tf ] || cat /coagent/script.tf > main.tf\n"                                                           \
    "lock=/dependencies/.terraform.lock.hcl\n"                                                                         \
    "[ ! -e $lock ] || cat $lock > .terraform.lock.hcl\n"                                                              \
    "if [ -e /coagent/terraform.tfstate ]; then cat /coagent/terraform.tfstate > terraform.tfstate; fi\n"              \
    "\"$0\" init -input=false -no-color\n"                                                                             \
    "\"$0\" plan -input=false -no-color -out=/tmp/plan\n"
#define TERRAFORM_APPLY                                                                                                \
    "\"$0\" apply -input=false -no-color /tmp/plan\n"                                                                  \
    "\"$0\" output -json > output.json\n"

const struct script_kind script_kinds[SCRIPT_KIND_COUNT] = {
    [SCRIPT_KIND_SH] = {{"bash"}, {"@", "/coagent/script.sh"}, BASH_CHECK},
    [SCRIPT_KIND_PYTHON] = {{"python3"}, {"@", "/coagent/script.py"}, {"@", "-c", PYTHON_CHECK}},
    [SCRIPT_KIND_NODE] = {{"node"}, {"@", "/coagent/script.js"}, {"@", "--check", "/coagent/script.js"}},
    [SCRIPT_KIND_PLAYBOOK] = {{"ansible-playbook"},
                              {"@", "-i", "/coagent/inventory", "--extra-vars", "@/coagent/variables.json",
                               "/coagent/script.yml"},
                              {"@", "-i", "/coagent/inventory", "--extra-vars", "@/coagent/variables.json", "--check",
                               "--diff", "/coagent/script.yml"}},
    [SCRIPT_KIND_TERRAFORM] = {{"tofu", "terraform"},
                               {"/bin/bash", "-c", TERRAFORM_PLAN TERRAFORM_APPLY, "@"},
                               {"/bin/bash", "-c", TERRAFORM_PLAN, "@"},
                               true},
    [SCRIPT_KIND_AWS] = {{"aws"}, {"/bin/bash", "/coagent/script.sh"}, BASH_CHECK},
};

const struct script_kind *script_kind_of(const char *name)
{
    for (size_t i = 0; i < SCRIPT_KIND_COUNT; i++)
        if (strcmp(script_kind_rows[i].name, name) == 0)
            return &script_kinds[i];
    return NULL;
}

const struct script_kind_row *script_kind_row(const struct script_kind *kind)
{
    return &script_kind_rows[kind - script_kinds];
}

char *script_find(const char *program)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = text_format("%s/%s", folders[i], program);

        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

char *script_program(const struct script_kind *kind)
{
    char *path = NULL;

    for (size_t i = 0; !path && i < sizeof kind->programs / sizeof *kind->programs && kind->programs[i]; i++)
        path = script_find(kind->programs[i]);
    return path;
}
