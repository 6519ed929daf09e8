/* The root of a run, built from the stage and from the world-readable files of the host. */
#ifndef COAGENT_SANDBOX_ROOT_H
#define COAGENT_SANDBOX_ROOT_H

#include "cron/sandbox/sandbox.h"

#include <stdbool.h>

/* The folders that the spec binds, each a mount of its own that lies nowhere yet; -1 after the last. */
struct root_binds {
    int trees[SANDBOX_BINDS];
};

/* Opens them while the files of the host can still be seen: before stage_set. false: why says which cannot be. */
bool root_open_binds(struct root_binds *given, const struct sandbox_spec *spec, struct text *why);

/* Completes STAGE_ROOT with /usr and its kin, devices, terminals and the run's writable folders, makes it read-only and
 * the root of this mount namespace, and lets go of the host's. From here on nothing can be reached that the command
 * shall not see, but for the /proc of this process namespace, over which bubblewrap lays the command's own. folder is
 * the stage's. To be called by the keeper, once; false: why says what went wrong. */
bool root_set(int folder, const struct sandbox_spec *spec, const struct root_binds *given, struct text *why);

#endif
