/* The process of the chores. It is the dispatcher's child and has a connection of its own, so that no clean-up, however
 * long a statement of it takes, delays a claim. It ends with its dispatcher, whose successor starts another; should it
 * die, its dispatcher does. One process of all hosts leads: its connection holds a lock of PostgreSQL. */
#ifndef COAGENT_CHORES_PROCESS_H
#define COAGENT_CHORES_PROCESS_H

#include "base/config.h"

#include <sys/types.h>

/* In the forked child: works until SIGTERM, or until the dispatcher is gone. Returns the exit status. */
int chores_serve(const struct config *config, const char *host, pid_t dispatcher);

#endif
