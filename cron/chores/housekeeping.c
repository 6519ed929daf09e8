#include "cron/chores/housekeeping.h"

#include "base/log.h"
#include "push/announce.h"
#include "queries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000
#define FRESH_SECONDS "10"   /* how long after its newest event a room gets a heartbeat in each tick */
#define ACTIVE_SECONDS "120" /* and how long now and then */
#define ACTIVE_EVERY "10"
#define BATCH "1000"     /* rows that one statement of the clean-up removes */
#define SWEEP_BATCH "50" /* of runs and what they wrote, which is large */
#define BATCHES 20       /* of them in a tick, so that nothing waits long behind them */

static enum outcome reap(struct push *push, struct db *db, const struct db_statement *statement, const char *what)
{
    enum outcome outcome = db_do(db, statement, DB_NO_VALUES);

    if (outcome == OUTCOME_OK && db_rows(db) > 0) {
        log_warn("%d messages of runs whose executor is gone, which are %s", db_rows(db), what);
        announce(push, db);
    }
    return outcome;
}

/* A lost publication heals by these: a client that has not got so far asks for what it misses. */
static enum outcome beat(struct push *push, struct db *db)
{
    enum outcome outcome = db_do(db, &query_rooms_heartbeat, DB_VALUES(FRESH_SECONDS, ACTIVE_SECONDS, ACTIVE_EVERY));

    for (int row = 0; outcome == OUTCOME_OK && row < db_rows(db); row++) {
        const char *message = db_value(db, row, 1);

        if (publish(push, db_value(db, row, 0), message, strlen(message)) != OUTCOME_OK)
            break;
    }
    return outcome;
}

/* Repeats a statement that removes a batch and answers how many rows that were; more is set when there may be more. */
static enum outcome remove_batches(struct db *db, const struct db_statement *statement, bool *more)
{
    for (int i = 0; i < BATCHES; i++) {
        enum outcome outcome = db_do(db, statement, DB_VALUES(BATCH));

        if (outcome != OUTCOME_OK || strcmp(db_value(db, 0, 0), "0") == 0)
            return outcome;
    }
    *more = true;
    return OUTCOME_OK;
}

/* One entry in the audit log for a whole sweep. */
static enum outcome tell_swept(struct housekeeping *housekeeping, struct db *db)
{
    char numbers[3][24];

    if (housekeeping->swept[0] + housekeeping->swept[1] + housekeeping->swept[2] == 0)
        return OUTCOME_OK;
    for (int i = 0; i < 3; i++)
        snprintf(numbers[i], sizeof numbers[i], "%lld", housekeeping->swept[i]);
    memset(housekeeping->swept, 0, sizeof housekeeping->swept);
    return db_do(db, &query_runs_swept, DB_VALUES(numbers[0], numbers[1], numbers[2]));
}

/* Old runs, and what they wrote and left. */
static enum outcome sweep_runs(struct housekeeping *housekeeping, struct db *db)
{
    for (int i = 0; i < BATCHES; i++) {
        enum outcome outcome = db_do(db, &query_runs_sweep, DB_VALUES(SWEEP_BATCH));
        long long removed = 0;

        if (outcome != OUTCOME_OK)
            return outcome;
        for (int kind = 0; kind < 3; kind++) {
            long long number = strtoll(db_value(db, 0, kind), NULL, 10);

            housekeeping->swept[kind] += number;
            removed += number;
        }
        if (removed == 0)
            return tell_swept(housekeeping, db);
    }
    housekeeping->cleaning = true;
    return OUTCOME_OK;
}

/* Nobody asks a live connection again who it is: what ends with time has to be cut. One batch, because each channel is
 * an exchange with nchan; without nchan there are no connections. */
static enum outcome expire_log_ins(struct push *push, struct db *db, bool *more)
{
    enum outcome outcome = db_do(db, &query_log_ins_expire, DB_VALUES(BATCH));

    if (outcome != OUTCOME_OK || db_rows(db) == 0)
        return outcome;
    *more = true;
    for (int row = 0; row < db_rows(db); row++)
        if (channel_close(push, db_value(db, row, 0)) == OUTCOME_AWAY)
            break;
    return OUTCOME_OK;
}

/* Goes on in the next tick when there is too much for one. */
static enum outcome clean(struct housekeeping *housekeeping, struct push *push, const struct config *config,
                          struct db *db)
{
    char seconds[16];

    if (!housekeeping->cleaning) {
        snprintf(seconds, sizeof seconds, "%d", config->cleanup_interval_seconds);
        enum outcome due = db_do(db, &query_cleanup_due, DB_VALUES(seconds));

        if (due != OUTCOME_OK)
            return due == OUTCOME_ABSENT ? OUTCOME_OK : due;
    }
    housekeeping->cleaning = false;
    enum outcome outcome = expire_log_ins(push, db, &housekeeping->cleaning);

    if (outcome == OUTCOME_OK)
        outcome = remove_batches(db, &query_cleanup_expired, &housekeeping->cleaning);
    if (outcome == OUTCOME_OK)
        outcome = remove_batches(db, &query_rooms_purge, &housekeeping->cleaning);
    return outcome == OUTCOME_OK ? sweep_runs(housekeeping, db) : outcome;
}

static enum outcome reap_all(struct push *push, struct db *db)
{
    enum outcome outcome = reap(push, db, &query_run_requeue_expired, "queued again");

    return outcome == OUTCOME_OK ? reap(push, db, &query_run_lose_expired, "at their end") : outcome;
}

static bool is_away(const char *part, enum outcome outcome)
{
    if (outcome != OUTCOME_OK)
        log_warn("housekeeping, %s: %s", part, outcome_name(outcome));
    return outcome == OUTCOME_AWAY;
}

/* Each part is tried although the one before it failed, unless the database is away. */
static enum outcome keep_house(struct housekeeping *housekeeping, const struct config *config, struct db *db)
{
    struct push push;

    push_open(&push, config->nchan_socket, NULL);
    bool away = is_away("reaping", reap_all(&push, db)) || is_away("heartbeats", beat(&push, db)) ||
                is_away("clean-up", clean(housekeeping, &push, config, db));

    return away ? OUTCOME_AWAY : OUTCOME_OK;
}

enum outcome housekeeping_tick(struct housekeeping *housekeeping, const struct config *config, struct db *db,
                               int64_t now)
{
    enum outcome outcome = OUTCOME_OK;

    if (now < housekeeping->next_at)
        return OUTCOME_OK;
    housekeeping->next_at = now + TICK_MS;
    if (!housekeeping->leads) {
        outcome = db_do(db, &query_runner_lead, DB_NO_VALUES);
        housekeeping->leads = outcome == OUTCOME_OK && db_value(db, 0, 0)[0] == 't';
    }
    return housekeeping->leads ? keep_house(housekeeping, config, db) : outcome;
}
