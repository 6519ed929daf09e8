/* The environment of a script: its command, variables, files under /coagent, and which of them are secret.
 *
 * /coagent/script.<ext> and /coagent/input.json (the parameters); with files beside it, the script runs from /work,
 * where they are; COAGENT_RUN_ID, COAGENT_INPUT, COAGENT_OUTPUT; with a token COAGENT_URL and COAGENT_TOKEN; with a
 * cache folder COAGENT_CACHE; each parameter that is a single value as PARAM_<NAME>; the entries of the mapping by
 * their names. A playbook finds the mapping's INVENTORY as its inventory, else this host alone, and its parameters as
 * variables; terraform finds its state and its variables. */
#ifndef COAGENT_SCRIPT_ENVIRONMENT_H
#define COAGENT_SCRIPT_ENVIRONMENT_H

#include "cron/dependencies/needs.h"
#include "cron/mask/mask.h"
#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/facts.h"
#include "cron/script/folder.h"
#include "cron/script/kind.h"

/* What there is besides the files beside the script: the script twice, the parameters, package.json or inventory and
 * variables, the state. */
#define ENVIRONMENT_FILES 6

struct environment {
    const struct script_kind *kind;
    char *program;
    char *path; /* of the script in the work folder */
    struct mask *mask;
    const char *argv[SCRIPT_ARGUMENTS];
    char **variables; /* owned, NULL-terminated */
    size_t variable_count;
    struct folder folder;
    struct needs needs;         /* what is installed before the run */
    struct sandbox_file *files; /* owned, but for what they point to */
    size_t file_count;
    struct text state;          /* terraform's, opened */
    struct text inventory;      /* a playbook's */
    struct text variables_file; /* its parameters, as texts that are no templates */
    struct text inputs;         /* the parameters with their passwords, JSON */
};

/* Makes it from the facts of the run; token: with which it uses the API, or NULL. Else INVALID or FAILED with why, a
 * sentence for users. To be closed in any case, which wipes the secrets. */
enum outcome environment_open(struct environment *environment, struct execution *execution,
                              const struct script_facts *facts, const char *token, struct text *why);
void environment_close(struct environment *environment);

#endif
