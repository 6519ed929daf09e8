/* Seats: ready connections that executors borrow, each for the time of one run.
 *
 * A run of a few milliseconds must not pay for a connection. The dispatcher keeps some, idle and with the executors'
 * statements prepared; an executor inherits one by fork and is the only one who uses it; when it ends with
 * EXECUTOR_CLEAN the connection is as it was, and the next may have it. After any other end nobody knows its state, and
 * it is thrown away. Where no seat is free, an executor connects itself, and the dispatcher makes one more in a quiet
 * moment. An executor outlives its dispatcher; its seat then just ends with it. */
#ifndef COAGENT_SEATS_H
#define COAGENT_SEATS_H

#include "base/config.h"
#include "base/db.h"
#include "cron/execute.h"

#include <stddef.h>
#include <sys/types.h>

struct seat {
    struct db *db;
    pid_t executor; /* 0: free */
};

struct seats {
    const struct config *config;
    struct seat *seats;
    size_t count, most;
    struct text filter; /* for the sandboxes of all executors */
    size_t missed;      /* executors that found none free since the last was made */
};

void seats_open(struct seats *seats, const struct config *config);

/* Ends the connections that are free; those on loan are left to their executors. */
void seats_close(struct seats *seats);

/* Starts the executor of a run. own is the dispatcher's connection, which the executor gives up. FAILED: no process. */
enum outcome seats_start(struct seats *seats, struct db *own, const struct claimed *claimed);

/* fork with everything, whose child is in a session of its own and has none of these connections. */
pid_t seats_fork(const struct seats *seats, struct db *own);

/* Takes back the seats of executors that have ended; to be called often, cheap. */
void seats_reap(struct seats *seats);

/* Makes a seat if one was missed; it takes some milliseconds. */
void seats_prepare(struct seats *seats);

/* The server is away: the free ones are of no use. */
void seats_drop(struct seats *seats);

#endif
