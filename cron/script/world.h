/* What a script finds when it starts: its command, its environment, the files under /coagent, and what of it is secret.
 *
 * /coagent/script.<ext> and /coagent/input.json (the parameters); COAGENT_RUN_ID, COAGENT_INPUT, COAGENT_OUTPUT; each
 * parameter that is a single value as PARAM_<NAME>; the entries of the mapping by their names. A playbook finds the
 * mapping's INVENTORY as its inventory, else this host alone, and its parameters as variables; terraform finds its
 * state and its variables. */
#ifndef COAGENT_SCRIPT_WORLD_H
#define COAGENT_SCRIPT_WORLD_H

#include "cron/execute.h"
#include "cron/sandbox.h"
#include "cron/script/kind.h"
#include "cron/script/mask.h"

#define WORLD_FILES 4

struct world {
    const struct script_kind *kind;
    char *program;
    struct mask *mask;
    const char *argv[SCRIPT_ARGUMENTS];
    char **environment; /* owned, NULL-terminated */
    size_t environment_count;
    struct sandbox_file files[WORLD_FILES];
    size_t file_count;
    struct text state;     /* terraform's, opened */
    struct text inventory; /* a playbook's */
    struct text variables; /* its parameters, as texts that are no templates */
};

/* Makes it from the execution's facts. Else INVALID or FAILED with why, a sentence for users. To be closed in any case,
 * which wipes the secrets. */
enum outcome world_open(struct world *world, const struct execution *execution, struct text *why);
void world_close(struct world *world);

#endif
