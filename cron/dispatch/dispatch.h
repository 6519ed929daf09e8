/* The dispatcher: serves for its time, while a successor waits beside it. It listens for queued runs, claims them and
 * starts their executors, and has a process that does the chores. It can die at any moment: all state is in PostgreSQL,
 * executors go on without it, and the instance that cron has started since then waits already and takes over at once.
 * It and the executors LISTEN, so DATABASE_URL must lead to PostgreSQL itself or to a pool that pools sessions. */
#ifndef COAGENT_DISPATCH_H
#define COAGENT_DISPATCH_H

#include "base/config.h"
#include "cron/dispatch/origin.h"

#include <signal.h>
#include <stdbool.h>

struct dispatch {
    const struct config *config;
    const struct origin *origin;    /* what this instance was started from */
    int seconds;                    /* how long to serve, counted from the start, not from when the lead came; less when
                                       the program or the settings have changed */
    bool ask;                       /* only whether it is needed */
    bool once;                      /* do what there is to do now, and go */
    volatile sig_atomic_t *stopped; /* set by a signal: claim no more, and go; executors are left alone */
};

/* Returns the exit status. */
int dispatch_serve(const struct dispatch *dispatch);

/* Whether there is a place for another instance; also where that cannot be told. */
bool dispatch_is_needed(const struct dispatch *dispatch);

#endif
