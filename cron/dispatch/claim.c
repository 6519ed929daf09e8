#include "cron/dispatch/claim.h"

#include "base/log.h"
#include "base/number.h"
#include "cron/run/execution.h"
#include "queries.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESERVE 4 /* one of so many places is in reserve: see run_claim */
#define BATCH 16  /* as run_claim takes at most */

/* The rows are copied, because releasing one runs a statement. found: how many were looked at. */
static int read_rows(const struct db *db, struct claimed claimed[BATCH], long long *found)
{
    int count = db_rows(db) < BATCH ? db_rows(db) : BATCH;

    *found = 0;
    for (int row = 0; row < count; row++) {
        snprintf(claimed[row].id, sizeof claimed[row].id, "%s", db_value(db, row, 0));
        snprintf(claimed[row].fence, sizeof claimed[row].fence, "%s", db_value(db, row, 1));
        claimed[row].kind = run_kind_find(db_value(db, row, 2));
        number_parse(db_value(db, row, 3), 0, LLONG_MAX, found);
    }
    return count;
}

/* A run that cannot be started is returned to the queue. */
static enum outcome start(struct db *db, struct workers *workers, const struct claimed *claimed)
{
    log_info("run %s claimed, attempt %s", claimed->id, claimed->fence);
    if (workers_start(workers, db, claimed) == OUTCOME_OK)
        return OUTCOME_OK;
    log_error("no executor could be started: %s", strerror(errno));
    return db_do(db, &query_run_release, DB_VALUES(claimed->id, claimed->fence));
}

enum outcome claim_all(const struct config *config, struct db *db, struct workers *workers, const char *host,
                       const char *labels)
{
    struct claimed claimed[BATCH];
    enum outcome outcome;
    char places[NUMBER_TEXT_SIZE];
    char reserve[NUMBER_TEXT_SIZE];
    char *kinds = run_kind_names();
    long long found = 0;
    int count;

    number_text(config->executor_limit, places);
    number_text(config->executor_limit / RESERVE, reserve);
    do {
        count = 0;
        db_queue(db, &query_run_loosely, DB_NO_VALUES);
        outcome = db_do(db, &query_run_claim, DB_VALUES(host, places, reserve, kinds, labels));
        if (outcome == OUTCOME_OK)
            count = read_rows(db, claimed, &found);
        for (int i = 0; i < count && outcome == OUTCOME_OK; i++)
            outcome = start(db, workers, &claimed[i]);
    } while (outcome == OUTCOME_OK && count > 0 && (found > count || count == BATCH));
    if (outcome != OUTCOME_OK)
        log_warn("claiming: %s: %s", outcome_name(outcome), db_failure(db)->message);
    free(kinds);
    return outcome;
}
