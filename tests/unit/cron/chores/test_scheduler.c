/* Which chore works when, against a real PostgreSQL: tests/run-sql gives its address in COAGENT_TEST_DATABASE. */
#include "cron/chores/scheduler.h"

#include "base/clock.h"
#include "queries.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct db_statement forget = {"test_forget", "delete from chores where name like 'test%'", 0, DB_EXEC};
static const struct db_statement shift = {
    "test_shift", "update chores set begun_at = begun_at + $1::interval where name like 'test%'", 1, DB_EXEC};
static const struct db_statement show = {
    "test_show", "select state, rows, failures, failure, host, period_seconds from chores where name = $1", 1, DB_ONE};
static const struct db_statement divide = {"test_divide", "select 1 / $1::int", 1, DB_ONE};
static const struct db_statement end_connection = {"test_end", "select pg_terminate_backend(pg_backend_pid())", 0,
                                                   DB_EXEC};
static const struct db_statement sleep_long = {"test_sleep", "select 1 from pg_sleep(0.1) where $1::int > 0", 1,
                                               DB_ONE};
static const struct db_statement take_all = {"test_take", "select $1::int", 1, DB_ONE};

static int led, own, ticked; /* how often each chore has worked */
static int64_t leases_from;
static struct config config = {.nchan_socket = "/none", .cleanup_interval_seconds = 3600};
static struct scheduler scheduler;
static struct db *db, *second;

static enum outcome lead(struct chore_work *work)
{
    work->rows += 2;
    led++;
    return OUTCOME_OK;
}

static enum outcome do_own(struct chore_work *work)
{
    (void)work;
    own++;
    return OUTCOME_OK;
}

static enum outcome tick(struct chore_work *work)
{
    leases_from = work->leases_from;
    ticked++;
    return OUTCOME_OK;
}

/* Has three slices to do. */
static enum outcome go_on(struct chore_work *work)
{
    work->rows += 5;
    work->more = ++led % 3 != 0;
    return OUTCOME_OK;
}

static enum outcome fail(struct chore_work *work)
{
    led++;
    return db_do(work->db, &divide, DB_VALUES("0"));
}

static enum outcome lose(struct chore_work *work)
{
    return db_do(work->db, &end_connection, DB_NO_VALUES);
}

static struct db *connect(void)
{
    struct text why = TEXT_EMPTY;
    struct db *made = NULL;

    cr_assert_eq(db_open(&made, getenv("COAGENT_TEST_DATABASE"), DB_PREPARE_USED, 10000, &why), OUTCOME_OK, "%s",
                 text_string(&why));
    text_free(&why);
    return made;
}

/* Tests beside this one lead as well, for a moment. */
static void take_lead(struct db *of)
{
    do {
        cr_assert_eq(db_do(of, &query_runner_lead, DB_NO_VALUES), OUTCOME_OK);
        if (db_value(of, 0, 0)[0] == 't')
            return;
        poll(NULL, 0, 10);
    } while (true);
}

static void set_up(void)
{
    db = connect();
    second = connect();
    take_lead(db);
    cr_assert_eq(db_do(db, &forget, DB_NO_VALUES), OUTCOME_OK);
}

static void tear_down(void)
{
    scheduler_close(&scheduler);
    db_close(db);
    db_close(second);
}

static void open_with(const struct chore *chores, struct db *connection)
{
    scheduler_open(&scheduler, &config, chores, "here");
    scheduler_connect(&scheduler, connection);
}

static const char *shown(const char *name, int column)
{
    cr_assert_eq(db_do(db, &show, DB_VALUES(name)), OUTCOME_OK);
    return db_value(db, 0, column);
}

TestSuite(scheduler, .init = set_up, .fini = tear_down, .timeout = 60);

Test(scheduler, does_no_chore_of_the_leader_without_the_lead)
{
    static const struct chore chores[] = {{"test_ticked", CHORE_EACH_TICK, tick, true},
                                          {"test_led", CHORE_CLEANUP, lead, true},
                                          {"test_own", 60, do_own, false},
                                          {NULL, 0, NULL, false}};

    open_with(chores, second);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_not(scheduler.leads);
    cr_expect_eq(led, 0);
    cr_expect_eq(ticked, 0);
    cr_expect_eq(own, 1, "what each host does for itself needs no lead");
    cr_expect_str_eq(shown("test_own", 4), "here");
    cr_expect_str_eq(shown("test_own", 5), "60");

    db_close(db);
    db = NULL;
    for (int i = 0; i < 500 && !scheduler.leads; i++) {
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
        poll(NULL, 0, 10);
    }
    cr_expect(scheduler.leads, "the lead is free when its connection is gone");
    cr_expect_eq(led, 1);
    cr_expect_geq(ticked, 1);
}

Test(scheduler, does_a_chore_once_a_period_whoever_asks)
{
    static const struct chore chores[] = {{"test_once", CHORE_CLEANUP, lead, true}, {NULL, 0, NULL, false}};

    open_with(chores, db);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 1);
    cr_expect_str_eq(shown("test_once", 0), "done");
    cr_expect_str_eq(shown("test_once", 1), "2");
    cr_expect_str_eq(shown("test_once", 4), "");
    cr_expect_str_eq(shown("test_once", 5), "3600");

    scheduler_close(&scheduler);
    open_with(chores, db);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 1, "another process knows that it was done");
    cr_assert_eq(db_do(db, &shift, DB_VALUES("-1 hour")), OUTCOME_OK);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 2, "a period later it is due");
    cr_assert_eq(db_do(db, &shift, DB_VALUES("3 hours")), OUTCOME_OK);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 3, "what was done in the future is due");
}

Test(scheduler, goes_on_in_the_next_tick_and_with_the_others_in_between)
{
    static const struct chore chores[] = {{"test_long", CHORE_CLEANUP, go_on, true},
                                          {"test_ticked", CHORE_EACH_TICK, tick, true},
                                          {NULL, 0, NULL, false}};

    open_with(chores, db);
    for (int i = 1; i <= 2; i++) {
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
        cr_expect_eq(led, i);
        cr_expect_eq(ticked, i);
        cr_expect_str_eq(shown("test_long", 0), "running");
    }
    scheduler_connect(&scheduler, db);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 3, "what was begun before the connection was lost is due at once");
    cr_expect_str_eq(shown("test_long", 0), "done");
    cr_expect_str_eq(shown("test_long", 1), "5", "of what that process did");
}

Test(scheduler, records_a_failure_and_tries_again_after_a_minute)
{
    static const struct chore chores[] = {
        {"test_failing", CHORE_CLEANUP, fail, true}, {"test_led", CHORE_CLEANUP, do_own, true}, {NULL, 0, NULL, false}};

    open_with(chores, db);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 1);
    cr_expect_eq(own, 1, "the next one does not suffer");
    cr_expect_str_eq(shown("test_failing", 0), "failed");
    cr_expect_str_eq(shown("test_failing", 2), "1");
    cr_expect(strstr(shown("test_failing", 3), "division by zero"), "%s", shown("test_failing", 3));
    cr_assert_eq(db_do(db, &shift, DB_VALUES("-1 minute")), OUTCOME_OK);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_eq(led, 2);
    cr_expect_str_eq(shown("test_failing", 2), "2");
}

Test(scheduler, lets_leases_be_renewed_after_a_jump_of_the_clock_either_way)
{
    static const struct chore chores[] = {{"test_ticked", CHORE_EACH_TICK, tick, true}, {NULL, 0, NULL, false}};
    static const int64_t jumps[] = {3600000, -3600000};

    open_with(chores, db);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
    cr_expect_lt(leases_from, clock_monotonic_ms(), "nothing has jumped");
    for (int i = 0; i < 2; i++) {
        scheduler.leases_from = 0;
        scheduler.apart += jumps[i];
        cr_assert_eq(scheduler_tick(&scheduler), OUTCOME_OK);
        cr_expect_gt(leases_from, clock_monotonic_ms());
    }
}

Test(scheduler, reaps_no_lease_before_it_could_be_renewed)
{
    struct chore_work work = {.db = second, .leases_from = INT64_MAX};

    cr_assert_eq(db_do(second, &take_all, DB_VALUES("7")), OUTCOME_OK);
    cr_expect_eq(chore_reap_leases(&work), OUTCOME_OK);
    cr_expect_str_eq(db_value(second, 0, 0), "7", "it has asked nothing");
}

Test(scheduler, says_when_the_connection_is_lost)
{
    static const struct chore chores[] = {{"test_losing", CHORE_EACH_TICK, lose, true}, {NULL, 0, NULL, false}};

    open_with(chores, db);
    cr_expect_eq(scheduler_tick(&scheduler), OUTCOME_AWAY);
}

Test(scheduler, fits_a_batch_to_how_long_it_takes)
{
    struct chore_work work = {.db = db, .batch = 100};
    long long taken;

    cr_assert_eq(chore_step(&work, &sleep_long, &taken), OUTCOME_OK);
    cr_expect_eq(work.batch, 50);
    cr_expect_eq(taken, 1);
    cr_assert_eq(chore_step(&work, &take_all, &taken), OUTCOME_OK);
    cr_expect_eq(work.rows, 51, "the statement was told how much it may take");
    for (int i = 0; i < 10; i++)
        cr_assert_eq(chore_step(&work, &sleep_long, &taken), OUTCOME_OK);
    cr_expect_eq(work.batch, 10, "and no fewer, or it would never end");
}
