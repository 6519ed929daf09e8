/* Chores: what the runner does now and then beside the runs, one a file. chores.c has the table of all of them.
 *
 * A chore works in slices, so that those of each second always have their turn: it does one small statement after the
 * other until there is nothing left to do or its slice is over; then it says that there is more, and goes on in the
 * next tick. Each statement is bounded by rows and bytes, and is a transaction of its own: what is done stays done. */
#ifndef COAGENT_CHORE_H
#define COAGENT_CHORE_H

#include "base/config.h"
#include "db/db.h"
#include "push/publish.h"

#include <stdbool.h>
#include <stdint.h>

struct chore_work {
    const struct config *config;
    struct db *db;
    struct push *push;
    int64_t until;       /* monotonic ms: the end of the slice */
    int64_t leases_from; /* the same: before, a lease may have ended only because the clock has jumped */
    int batch;           /* rows that the next statement may take, fitted to how long the one before took */
    long long rows;      /* removed or changed since the chore began; the chore adds to it */
    long long counts[3]; /* the chore's own; 0 when it begins */
    bool more;           /* set by the chore: it goes on in the next tick */
};

enum chore_period {
    CHORE_EACH_TICK = 1, /* about each second */
    CHORE_CLEANUP = 0,   /* as often as CLEANUP_INTERVAL_SECONDS says */
};

struct chore {
    const char *name; /* in PostgreSQL, metrics and the log; NULL ends a table */
    int period_seconds;
    enum outcome (*work)(struct chore_work *work); /* OK, or why it failed: AWAY when the connection is lost */
    bool leader_only;                              /* one runner of the database does it for all of them */
};

extern const struct chore all_chores[];

/* Runs a statement whose parameter is how many rows it may take and whose first column is how many it took. */
enum outcome chore_step(struct chore_work *work, const struct db_statement *statement, long long *taken);

/* Whether the slice has time for another step; when not, there is more to do. */
bool chore_has_time(struct chore_work *work);

/* Steps until nothing is left or the slice is over. */
enum outcome chore_repeat(struct chore_work *work, const struct db_statement *statement);

/* The chores. */
enum outcome chore_reap_leases(struct chore_work *work);
enum outcome chore_send_heartbeats(struct chore_work *work);
enum outcome chore_send_pulse(struct chore_work *work);
enum outcome chore_expire_log_ins(struct chore_work *work);
enum outcome chore_remove_expired(struct chore_work *work);
enum outcome chore_purge_rooms(struct chore_work *work);
enum outcome chore_seal_inputs(struct chore_work *work);
enum outcome chore_sweep_runs(struct chore_work *work);
enum outcome chore_sweep_script_files(struct chore_work *work);
enum outcome chore_sweep_dependencies(struct chore_work *work);
enum outcome chore_sweep_caches(struct chore_work *work);
enum outcome chore_count_storage(struct chore_work *work);
enum outcome chore_mend_times(struct chore_work *work);
enum outcome chore_drop_functions(struct chore_work *work);

#endif
