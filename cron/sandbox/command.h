/* bubblewrap's orders for a run. */
#ifndef COAGENT_SANDBOX_COMMAND_H
#define COAGENT_SANDBOX_COMMAND_H

#include "cron/sandbox/sandbox.h"

/* The descriptors that the command and bubblewrap start with, all the caller's. */
struct command {
    const struct sandbox_spec *spec;
    int input, output, errors;
    int status; /* bubblewrap reports here */
    int cgroup; /* cgroup.procs of the run's own cgroup, or -1 */
};

/* Becomes bubblewrap, in a child of the keeper; returns only when that cannot be. */
void command_exec(const struct command *command);

#endif
