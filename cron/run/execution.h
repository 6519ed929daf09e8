/* An execution: one run in a process of its own, under a lease. The process outlives the dispatcher that started it.
 * Its connection is lent by the dispatcher, which takes it back when the process ends with EXECUTOR_CLEAN, or its own.
 * Code of a single kind of run belongs to that kind (cron/run/kind.h). */
#ifndef COAGENT_EXECUTION_H
#define COAGENT_EXECUTION_H

#include "base/config.h"
#include "base/json.h"
#include "base/token.h"
#include "cron/run/facts.h"
#include "cron/run/kind.h"
#include "db/db.h"
#include "push/announce.h"

#include <stdbool.h>
#include <stdint.h>

enum execution_state {
    EXECUTION_GOING,
    EXECUTION_STOPPED,   /* somebody asked for it */
    EXECUTION_TIMED_OUT, /* the wall-clock limit */
    EXECUTION_ORPHANED,  /* the lease is lost: nothing more may be written */
};

/* A run that this host has claimed. */
struct claimed {
    char id[UUID_SIZE];
    char fence[16]; /* the attempt, as text */
    const struct run_kind *kind;
};

/* How an executor process ends. */
enum executor_status {
    EXECUTOR_CLEAN = 0, /* the lent connection is as it was */
    EXECUTOR_DONE = 1,  /* it is not, or was given up */
};

struct execution {
    const struct config *config;
    const struct text *filter;
    struct push push;     /* to nchan; a new budget for each message */
    struct db *db;        /* NULL while PostgreSQL is away */
    struct db *lent;      /* what db was at first, or NULL */
    unsigned connects;    /* how often it was connected anew */
    size_t lent_prepared; /* statements that the dispatcher knows of */
    bool listening;       /* for somebody who stops it */
    char id[UUID_SIZE];
    char fence[16];         /* the attempt, as text */
    struct facts row;       /* what the run was taken with: all columns */
    struct run_facts facts; /* the first of them */
    enum execution_state state;
    int64_t output_most; /* a script's output ends at this byte, by the quota of its asker; INT64_MAX without one */
    int64_t deadline_at; /* these are monotonic milliseconds */
    int64_t lease_until;
    int64_t renew_at;
    int64_t connect_at;
    int64_t listen_at;
};

/* Makes a fresh connection ready to be lent: what executors say is prepared, and planned as well, which takes ten times
 * as long as to execute it. */
enum outcome execution_warm(struct db *db);

/* The whole life of an executor process: takes the run, does it, ends it. lent NULL: it connects itself. filter is for
 * its sandbox, from sandbox_prepare. */
enum executor_status execute(const struct config *config, const struct claimed *claimed, struct db *lent,
                             const struct text *filter);

/* Notes output_most as a statement answered it; NULL: there is no quota. */
void execution_note_quota(struct execution *execution, const char *most);

/* Tells everybody who looks on that the run is running. */
void execution_tell(struct execution *execution);

/* The connection's socket, to wake up by, or -1. */
int execution_socket(const struct execution *execution);

/* A statement on the execution's connection; AWAY while there is none. */
enum outcome execution_do(struct execution *execution, const struct db_statement *statement,
                          const char *const values[]);

/* Runs what was queued on the connection, which must be there. */
enum outcome execution_run(struct execution *execution);

/* The last word on the run: what queue adds to the pipeline, tried again while PostgreSQL is away and the lease lasts.
 * The rows of its last statement are to be announced then. false: it could not be said, the lease will end the run. */
bool execution_conclude(struct execution *execution, void (*queue)(void *context, struct db *db), void *context);

/* A statement that only reads: asked again, ticking, while PostgreSQL is away and the work may go on. */
enum outcome execution_ask(struct execution *execution, const struct db_statement *statement,
                           const char *const values[]);

/* A message to the run's room, if it has one; a failure is left to the catch-up. */
enum outcome execution_publish(struct execution *execution, const char *message, size_t length);

/* Ends the run in one transaction and tells the room; tries again while the lease lasts. The state and, when it is not
 * "succeeded", the reason come from execution->state where that is not GOING. result and usage are taken over. */
void execution_finish(struct execution *execution, const char *state, const char *reason, struct json_object *result,
                      struct json_object *usage);

#endif
