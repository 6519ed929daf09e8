#include "base/clock.h"
#include "base/log.h"
#include "cron/chores/chore.h"
#include "push/announce.h"
#include "queries.h"

static enum outcome reap(struct chore_work *work, const struct db_statement *statement, const char *what)
{
    enum outcome outcome = db_do(work->db, statement, DB_NO_VALUES);

    if (outcome == OUTCOME_OK && db_rows(work->db) > 0) {
        log_warn("%d messages of runs whose executor is gone, which are %s", db_rows(work->db), what);
        work->rows += db_rows(work->db);
        announce(work->push, work->db);
    }
    return outcome;
}

/* Runs whose executor has not renewed its lease are queued again or ended. */
enum outcome chore_reap_leases(struct chore_work *work)
{
    enum outcome outcome;

    if (clock_monotonic_ms() < work->leases_from)
        return OUTCOME_OK;
    outcome = reap(work, &query_run_requeue_expired, "queued again");

    return outcome == OUTCOME_OK ? reap(work, &query_run_lose_expired, "at their end") : outcome;
}
