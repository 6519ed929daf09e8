/* A kind of run is one value: how it is taken, and what its executor does. Adding one is a file that defines it, a line
 * in cron/kinds.c and a row of the table run_kinds (a migration). */
#ifndef COAGENT_RUN_KIND_H
#define COAGENT_RUN_KIND_H

#include "db/db.h"

#include <stdbool.h>

struct execution;

struct run_kind {
    const char *name; /* in the table run_kinds */
    /* id, fence, pid: takes the run for this process; its first columns are those of struct run_facts. */
    const struct db_statement *take;
    /* Reads what follows them, does the whole run and ends it. */
    void (*run)(struct execution *execution);
    /* The other statements that its executors use, ended by NULL: prepared on the connections that they borrow. */
    const struct db_statement *const *statements;
    /* Queues the most frequent of them with the ids of no run, so that their plans are made; or NULL. */
    void (*plan)(struct db *db);
    long limit_seconds; /* of wall-clock time, until the run sets its own */
    bool slim;          /* its executors inherit no more libraries than a script needs (cron/run/slim.h) */
};

/* All of them, ended by NULL (cron/kinds.c). */
extern const struct run_kind *const run_kinds[];

/* By its name, or NULL. */
const struct run_kind *run_kind_find(const char *name);

/* Their names, as an array of PostgreSQL; the caller frees it. */
char *run_kind_names(void);

#endif
