/* The dispatcher: serves its minute, and the next one beside its successor. It listens for queued runs, claims them and
 * starts their executors, and has a process that does the chores. It can die at any moment: all state is in PostgreSQL,
 * executors go on without it, and the instance that cron has started since then waits already and takes over at once.
 * It and the executors LISTEN, so DATABASE_URL must lead to PostgreSQL itself or to a pool that pools sessions. */
#ifndef COAGENT_DISPATCH_H
#define COAGENT_DISPATCH_H

#include "base/config.h"

#include <signal.h>
#include <stdbool.h>

struct dispatch {
    const struct config *config;
    int seconds;                    /* how long to serve, counted from the start, not from when the lead came */
    bool once;                      /* do what there is to do now, and go */
    volatile sig_atomic_t *stopped; /* set by a signal: claim no more, and go; executors are left alone */
};

/* Returns the exit status. */
int dispatch_serve(const struct dispatch *dispatch);

#endif
