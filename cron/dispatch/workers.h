/* Worker slots: ready connections that executors borrow, each for the time of one run.
 *
 * A run of a few milliseconds must not pay for a connection. The dispatcher keeps some, idle and with the executors'
 * statements prepared; an executor inherits one by fork and is the only one who uses it; when it ends with
 * EXECUTOR_CLEAN the connection is as it was, and the next may have it. After any other end nobody knows its state, and
 * it is thrown away. Where no slot is free, an executor connects itself, and the dispatcher makes one more in a quiet
 * moment. An executor outlives its dispatcher; its slot then just ends with it. */
#ifndef COAGENT_WORKERS_H
#define COAGENT_WORKERS_H

#include "base/config.h"
#include "cron/run/execution.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct worker_slot {
    struct db *db;
    pid_t executor; /* 0: free */
};

struct workers {
    const struct config *config;
    struct worker_slot *slots;
    size_t count, most;
    struct text filter; /* for the sandboxes of all executors */
    size_t missed;      /* executors that found none free since the last was made */
    size_t peak;        /* the most slots on loan at once since the last thinning */
};

void workers_open(struct workers *workers, const struct config *config);

/* Ends the connections that are free; those on loan are left to their executors. */
void workers_close(struct workers *workers);

/* Starts the executor of a run. own is the dispatcher's connection, which the executor gives up. FAILED: no process. */
enum outcome workers_start(struct workers *workers, struct db *own, const struct claimed *claimed);

/* fork with everything, whose child is in a session of its own and has none of these connections. */
pid_t workers_fork(const struct workers *workers, struct db *own);

/* Takes back the slots of executors that have ended; to be called often, cheap. */
void workers_reap(struct workers *workers);

/* Makes a slot if one was missed; it takes some milliseconds. Whether another is to be made. */
bool workers_prepare(struct workers *workers);

/* Ends the free ones that nobody has needed since the last call. */
void workers_thin(struct workers *workers);

/* The server is away: the free ones are of no use. */
void workers_drop(struct workers *workers);

#endif
