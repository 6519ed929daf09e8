#include "cron/chores/scheduler.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_MS 150
#define TICK_MS 1000
#define RECORD_MS 60000 /* what is done each second is recorded each minute, unless its end is another */
#define FIRST_BATCH 50
#define JUMP_MS 5000    /* what an answer of the server may be late by is no jump */
#define LEASES_MS 22000 /* a lease of its full length, and somewhat more */

struct chore_state {
    struct chore_work work;
    bool due;            /* as PostgreSQL says in this tick */
    bool begun;          /* a chore of a longer period: it was due, and has not ended */
    bool failed;         /* the last time */
    int64_t worked_ms;   /* since it began */
    int64_t recorded_at; /* of one of each tick; 0: never */
};

void scheduler_open(struct scheduler *scheduler, const struct config *config, const struct chore *chores,
                    const char *host)
{
    *scheduler = (struct scheduler){.config = config, .chores = chores, .host = host};
    push_open(&scheduler->push, config->nchan_socket, NULL);
    while (chores[scheduler->count].name)
        scheduler->count++;
    scheduler->states = calloc(scheduler->count, sizeof *scheduler->states);
    if (!scheduler->states)
        abort();
    for (size_t i = 0; i < scheduler->count; i++)
        scheduler->states[i].work.batch = FIRST_BATCH;
}

void scheduler_close(struct scheduler *scheduler)
{
    free(scheduler->states);
    scheduler->states = NULL;
}

/* The learned batch size is kept. */
static void reset_state(struct chore_state *state)
{
    state->work = (struct chore_work){.batch = state->work.batch};
    state->worked_ms = 0;
    state->begun = false;
}

void scheduler_connect(struct scheduler *scheduler, struct db *db)
{
    scheduler->db = db;
    scheduler->leads = false;
    for (size_t i = 0; i < scheduler->count; i++)
        reset_state(&scheduler->states[i]);
}

static bool is_each_tick(const struct chore *chore)
{
    return chore->period_seconds == CHORE_EACH_TICK;
}

static int period_of(const struct scheduler *scheduler, const struct chore *chore)
{
    return chore->period_seconds == CHORE_CLEANUP ? scheduler->config->cleanup_interval_seconds : chore->period_seconds;
}

static bool is_allowed(const struct scheduler *scheduler, const struct chore *chore)
{
    return scheduler->leads || !chore->leader_only;
}

/* As it stands in the rows of PostgreSQL. */
static const char *host_of(const struct scheduler *scheduler, const struct chore *chore)
{
    return chore->leader_only ? "" : scheduler->host;
}

static enum outcome take_lead(struct scheduler *scheduler)
{
    enum outcome outcome = db_do(scheduler->db, &query_runner_lead, DB_NO_VALUES);

    scheduler->leads = outcome == OUTCOME_OK && db_value(scheduler->db, 0, 0)[0] == 't';
    if (scheduler->leads)
        log_info("this runner executes the chores of all hosts");
    return outcome;
}

static enum outcome begin(struct scheduler *scheduler, size_t i)
{
    const struct chore *chore = &scheduler->chores[i];
    char period[NUMBER_TEXT_SIZE];
    enum outcome outcome =
        db_do(scheduler->db, &query_chore_begin,
              DB_VALUES(chore->name, host_of(scheduler, chore), number_text(period_of(scheduler, chore), period)));

    scheduler->states[i].begun = outcome == OUTCOME_OK;
    return outcome;
}

/* Those that may be done here and have not begun, as arrays of PostgreSQL; how many they are. */
static int list_candidates(const struct scheduler *scheduler, bool leader_only, struct text *names,
                           struct text *periods)
{
    int count = 0;

    for (size_t i = 0; i < scheduler->count; i++) {
        const struct chore *chore = &scheduler->chores[i];

        if (scheduler->states[i].begun || chore->leader_only != leader_only)
            continue;
        text_add_format(names, "%c%s", count ? ',' : '{', chore->name);
        text_add_format(periods, "%c%d", count ? ',' : '{', period_of(scheduler, chore));
        count++;
    }
    text_add_char(names, '}');
    text_add_char(periods, '}');
    return count;
}

/* Marks what the rows of the last statement name. */
static void mark_due(struct scheduler *scheduler)
{
    for (int row = 0; row < db_rows(scheduler->db); row++)
        for (size_t i = 0; i < scheduler->count; i++)
            if (strcmp(scheduler->chores[i].name, db_value(scheduler->db, row, 0)) == 0)
                scheduler->states[i].due = true;
}

/* The server's clock against one that nobody sets, which also stands still while the machine sleeps. */
static void watch_clock(struct scheduler *scheduler)
{
    long long server;
    int64_t now = clock_monotonic_ms(), apart;

    if (db_rows(scheduler->db) == 0 || number_parse(db_value(scheduler->db, 0, 1), 0, INT64_MAX, &server) != OUTCOME_OK)
        return;
    apart = server - now;
    if (scheduler->apart != 0 && llabs(apart - scheduler->apart) > JUMP_MS) {
        log_warn("the clock of the database has jumped by %lld s", (long long)(apart - scheduler->apart) / 1000);
        scheduler->leases_from = now + LEASES_MS;
    }
    scheduler->apart = apart;
}

static enum outcome ask_for_due(struct scheduler *scheduler, bool leader_only)
{
    struct text names = TEXT_EMPTY, periods = TEXT_EMPTY;
    enum outcome outcome = OUTCOME_OK;

    if (list_candidates(scheduler, leader_only, &names, &periods) > 0)
        outcome = db_do(scheduler->db, &query_chores_due,
                        DB_VALUES(text_string(&names), text_string(&periods), leader_only ? "" : scheduler->host));
    if (outcome == OUTCOME_OK) {
        mark_due(scheduler);
        watch_clock(scheduler);
    }
    text_free(&names);
    text_free(&periods);
    return outcome;
}

/* Without an answer those of each second are due: they are what a disturbed system needs. */
static enum outcome ask_what_is_due(struct scheduler *scheduler)
{
    enum outcome outcome;

    for (size_t i = 0; i < scheduler->count; i++)
        scheduler->states[i].due = false;
    outcome = ask_for_due(scheduler, false);
    if (outcome == OUTCOME_OK && scheduler->leads)
        outcome = ask_for_due(scheduler, true);
    for (size_t i = 0; i < scheduler->count && outcome != OUTCOME_OK; i++)
        scheduler->states[i].due = is_each_tick(&scheduler->chores[i]);
    return outcome;
}

static enum outcome begin_what_is_due(struct scheduler *scheduler)
{
    enum outcome outcome = OUTCOME_OK;

    for (size_t i = 0; i < scheduler->count && outcome == OUTCOME_OK; i++)
        if (scheduler->states[i].due && !is_each_tick(&scheduler->chores[i]))
            outcome = begin(scheduler, i);
    return outcome;
}

/* failure NULL: it ended well. */
static enum outcome record(struct scheduler *scheduler, size_t i, const char *failure)
{
    const struct chore *chore = &scheduler->chores[i];
    struct chore_state *state = &scheduler->states[i];
    char period[NUMBER_TEXT_SIZE], worked[NUMBER_TEXT_SIZE], rows[NUMBER_TEXT_SIZE];
    enum outcome outcome =
        db_do(scheduler->db, &query_chore_end,
              DB_VALUES(chore->name, host_of(scheduler, chore), number_text(period_of(scheduler, chore), period),
                        failure, number_text(state->worked_ms, worked), number_text(state->work.rows, rows)));

    state->failed = failure;
    state->recorded_at = clock_monotonic_ms();
    reset_state(state);
    return outcome;
}

/* Of one of each tick: the rest is kept for the minute's end. */
static bool is_worth_a_record(const struct chore_state *state, bool failed)
{
    return failed || state->failed || state->recorded_at == 0 || clock_monotonic_ms() - state->recorded_at >= RECORD_MS;
}

static enum outcome end_slice(struct scheduler *scheduler, size_t i, enum outcome outcome)
{
    const struct chore *chore = &scheduler->chores[i];
    struct chore_state *state = &scheduler->states[i];
    bool failed = outcome != OUTCOME_OK;

    if (outcome == OUTCOME_AWAY)
        return OUTCOME_AWAY;
    if (!failed && (is_each_tick(chore) ? !is_worth_a_record(state, false) : state->work.more))
        return OUTCOME_OK;
    if (!failed)
        return record(scheduler, i, NULL);

    struct text why = TEXT_EMPTY;

    text_add_format(&why, "%s: %s", outcome_name(outcome), db_failure(scheduler->db)->message);
    log_warn("the chore %s failed: %s", chore->name, text_string(&why));
    outcome = record(scheduler, i, text_string(&why));
    text_free(&why);
    return outcome;
}

/* Slow statements can use plans that were made when the tables were smaller. */
static enum outcome replan_when_slow(struct scheduler *scheduler, int64_t took)
{
    return took > 2 * SLICE_MS ? db_replan(scheduler->db) : OUTCOME_OK;
}

static enum outcome work_slice(struct scheduler *scheduler, size_t i)
{
    struct chore_state *state = &scheduler->states[i];
    int64_t begun = clock_monotonic_ms();
    enum outcome outcome;

    push_renew(&scheduler->push);
    state->work.config = scheduler->config;
    state->work.db = scheduler->db;
    state->work.push = &scheduler->push;
    state->work.until = begun + SLICE_MS;
    state->work.leases_from = scheduler->leases_from;
    state->work.more = false;
    outcome = scheduler->chores[i].work(&state->work);

    int64_t took = clock_monotonic_ms() - begun;

    state->worked_ms = is_each_tick(&scheduler->chores[i]) ? took : state->worked_ms + took;
    outcome = end_slice(scheduler, i, outcome);
    return outcome == OUTCOME_AWAY ? outcome : replan_when_slow(scheduler, took);
}

/* There was nothing to do for it: that is recorded as its work would be. */
static enum outcome pass_tick(struct scheduler *scheduler, size_t i)
{
    scheduler->states[i].worked_ms = 0;
    return end_slice(scheduler, i, OUTCOME_OK);
}

/* In their order. */
static enum outcome work_each_tick(struct scheduler *scheduler)
{
    for (size_t i = 0; i < scheduler->count; i++) {
        const struct chore *chore = &scheduler->chores[i];
        enum outcome outcome = OUTCOME_OK;

        if (is_each_tick(chore) && is_allowed(scheduler, chore))
            outcome = scheduler->states[i].due ? work_slice(scheduler, i) : pass_tick(scheduler, i);
        if (outcome == OUTCOME_AWAY)
            return OUTCOME_AWAY;
    }
    return OUTCOME_OK;
}

/* A slice for each that has begun, until the tick is over; who comes then is the first in the next one. */
static enum outcome work_in_turn(struct scheduler *scheduler, int64_t end)
{
    for (size_t n = 0; n < scheduler->count; n++) {
        if (clock_monotonic_ms() >= end)
            return OUTCOME_OK;

        size_t i = scheduler->next;

        scheduler->next = (i + 1) % scheduler->count;
        if (scheduler->states[i].begun && work_slice(scheduler, i) == OUTCOME_AWAY)
            return OUTCOME_AWAY;
    }
    return OUTCOME_OK;
}

enum outcome scheduler_tick(struct scheduler *scheduler)
{
    int64_t end = clock_monotonic_ms() + TICK_MS;

    if (!scheduler->leads && take_lead(scheduler) == OUTCOME_AWAY)
        return OUTCOME_AWAY;
    if (ask_what_is_due(scheduler) == OUTCOME_AWAY)
        return OUTCOME_AWAY;
    if (work_each_tick(scheduler) == OUTCOME_AWAY)
        return OUTCOME_AWAY;
    if (begin_what_is_due(scheduler) == OUTCOME_AWAY)
        return OUTCOME_AWAY;
    return work_in_turn(scheduler, end);
}
