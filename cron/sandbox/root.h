/* The root of a run, built from the stage and from the world-readable files of the host. */
#ifndef COAGENT_SANDBOX_ROOT_H
#define COAGENT_SANDBOX_ROOT_H

#include "base/text.h"

#include <stdbool.h>

/* Completes STAGE_ROOT with /usr and its kin, devices, terminals and the run's writable folders, makes it read-only and
 * the root of this mount namespace, and lets go of the host's. From here on nothing can be reached that the command
 * shall not see, but for the /proc of this process namespace, over which bubblewrap lays the command's own. folder is
 * the stage's. To be called by the keeper, once; false: why says what went wrong. */
bool root_set(int folder, struct text *why);

#endif
