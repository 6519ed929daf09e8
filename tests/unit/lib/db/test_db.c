/* db against a real PostgreSQL: tests/run-sql gives its address in COAGENT_TEST_DATABASE. */
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "queries.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct db_statement add_one = {"test_add_one", "select $1::int + 1", 1, DB_ONE};
static const struct db_statement no_row = {"test_no_row", "select 1 where false", 0, DB_ONE};
static const struct db_statement two_rows = {"test_two_rows", "select generate_series(1, 2)", 0, DB_ONE};
static const struct db_statement many = {"test_many", "select n, null from generate_series(1, 3) n", 0, DB_MANY};
static const struct db_statement divide = {"test_divide", "select 1 / $1::int", 1, DB_ONE};
static const struct db_statement nonsense = {"test_nonsense", "selec", 0, DB_EXEC};
static const struct db_statement refuse = {"test_refuse", "select raise_outcome($1, 'Because.', 'field', 30)", 1,
                                           DB_EXEC};
static const struct db_statement put = {"test_put", "insert into settings (key, value) values ($1, '1')", 1, DB_EXEC};
static const struct db_statement has = {"test_has", "select count(*) from settings where key = $1", 1, DB_ONE};
static const struct db_statement drop = {"test_drop", "delete from settings where key like 'test%'", 0, DB_EXEC};
static const struct db_statement name_caller = {"test_name_caller", "select set_config('coagent.caller', $1, true)", 1,
                                                DB_EXEC};
static const struct db_statement who = {"test_who", "select caller_id()", 0, DB_ONE};
static const struct db_statement slow = {"test_slow", "select pg_sleep(5)", 0, DB_EXEC};
static const struct db_statement end_connection = {"test_end", "select pg_terminate_backend(pg_backend_pid())", 0,
                                                   DB_EXEC};
static const struct db_statement large = {"test_large", "select repeat('x', 3000000), length($1)", 1, DB_ONE};

static const struct db_statement echo = {"test_echo", "select $1::bytea, $2::text", 2, DB_ONE};

static struct db *db;
static struct text why;

static const char *url(void)
{
    const char *given = getenv("COAGENT_TEST_DATABASE");

    if (!given)
        cr_skip_test("COAGENT_TEST_DATABASE is not set: tests/run-sql sets it");
    return given;
}

static void open_used(void)
{
    log_open("test-db", LOG_LEVEL_ERROR);
    cr_assert_eq(db_open(&db, url(), DB_PREPARE_USED, 3000, &why), OUTCOME_OK, "%s", text_string(&why));
    db_do(db, &drop, DB_NO_VALUES);
}

static void shut(void)
{
    db_close(db);
    text_free(&why);
}

static void expect_count(const char *key, const char *count)
{
    cr_assert_eq(db_do(db, &has, DB_VALUES(key)), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), count);
}

TestSuite(db, .init = open_used, .fini = shut, .timeout = 30);

Test(db, gives_the_rows_of_the_last_statement)
{
    db_queue(db, &add_one, DB_VALUES("1"));
    db_queue(db, &many, DB_NO_VALUES);
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_assert_eq(db_rows(db), 3);
    cr_assert_str_eq(db_value(db, 2, 0), "3");
    cr_assert_null(db_value(db, 0, 1), "SQL null is NULL");
    cr_assert_null(db_value(db, 3, 0), "beyond the rows");
    cr_assert_null(db_value(db, 0, 2), "beyond the columns");
}

Test(db, keeps_the_rows_while_the_next_statements_are_queued)
{
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("41")), OUTCOME_OK);
    db_queue(db, &add_one, DB_VALUES(db_value(db, 0, 0)));
    db_queue(db, &add_one, DB_VALUES(db_value(db, 0, 0)));
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), "43");
}

Test(db, wants_exactly_one_row_where_one_is_declared)
{
    cr_assert_eq(db_do(db, &no_row, DB_NO_VALUES), OUTCOME_ABSENT);
    cr_assert_eq(db_do(db, &two_rows, DB_NO_VALUES), OUTCOME_FAILED);
    db_queue(db, &no_row, DB_NO_VALUES);
    db_queue(db, &add_one, DB_VALUES("1"));
    cr_assert_eq(db_run(db), OUTCOME_ABSENT, "wherever it stands");
    cr_assert(db_is_idle(db));
}

Test(db, does_nothing_when_nothing_is_queued)
{
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), "2");
}

Test(db, tells_what_sql_raised)
{
    static const struct {
        const char *code;
        enum outcome outcome;
    } raised[] = {{"CA401", OUTCOME_UNAUTHENTICATED}, {"CA403", OUTCOME_DENIED},  {"CA404", OUTCOME_ABSENT},
                  {"CA409", OUTCOME_CONFLICT},        {"CA422", OUTCOME_INVALID}, {"CA429", OUTCOME_LIMITED}};

    for (size_t i = 0; i < sizeof raised / sizeof *raised; i++) {
        cr_assert_eq(db_do(db, &refuse, DB_VALUES(raised[i].code)), raised[i].outcome, "%s", raised[i].code);
        cr_assert_str_eq(db_failure(db)->sqlstate, raised[i].code);
        cr_assert_str_eq(db_failure(db)->message, "Because.");
        cr_assert_str_eq(db_failure(db)->field, "field");
        cr_assert_eq(db_failure(db)->retry_after, 30);
        cr_assert(db_is_idle(db));
    }
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
    cr_assert_str_eq(db_failure(db)->sqlstate, "", "a failure does not outlive the next success");
}

Test(db, tells_bad_values_duplicates_and_faults_apart)
{
    cr_assert_eq(db_do(db, &divide, DB_VALUES("0")), OUTCOME_INVALID);
    cr_assert_eq(db_do(db, &divide, DB_VALUES("zero")), OUTCOME_INVALID);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_OK);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_CONFLICT);
    cr_assert_str_eq(db_failure(db)->constraint, "settings_pkey");
    cr_assert_str_eq(db_failure(db)->field, "", "only what was raised for the user names a field");
    cr_assert_eq(db_do(db, &put, DB_VALUES(NULL)), OUTCOME_INVALID);
    cr_assert_eq(db_do(db, &nonsense, DB_NO_VALUES), OUTCOME_FAILED);
    cr_assert_eq(db_do(db, &nonsense, DB_NO_VALUES), OUTCOME_FAILED,
                 "and fails again, instead of being taken as prepared");
    cr_assert(db_is_idle(db));
}

Test(db, keeps_nothing_of_a_pipeline_that_failed)
{
    db_queue(db, &put, DB_VALUES("test"));
    db_queue(db, &refuse, DB_VALUES("CA403"));
    db_queue(db, &put, DB_VALUES("test-after"));
    db_queue(db, &many, DB_NO_VALUES);
    cr_assert_eq(db_run(db), OUTCOME_DENIED);
    cr_assert_eq(db_rows(db), 0);
    cr_assert(db_is_idle(db));
    expect_count("test", "0");
    expect_count("test-after", "0");
}

Test(db, prepares_what_stood_behind_a_failure_when_it_is_used_again)
{
    db_queue(db, &refuse, DB_VALUES("CA403"));
    db_queue(db, &add_one, DB_VALUES("1"));
    cr_assert_eq(db_run(db), OUTCOME_DENIED);
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
}

Test(db, shares_local_settings_within_a_pipeline_and_not_beyond)
{
    db_queue(db, &name_caller, DB_VALUES("01890000-0000-7000-8000-000000000001"));
    db_queue(db, &who, DB_NO_VALUES);
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), "01890000-0000-7000-8000-000000000001");
    cr_assert_eq(db_do(db, &who, DB_NO_VALUES), OUTCOME_OK);
    cr_assert_null(db_value(db, 0, 0));
}

Test(db, holds_a_transaction_until_it_is_committed)
{
    db_hold(db);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_OK);
    cr_assert_not(db_is_idle(db));
    expect_count("test", "1");
    db_queue(db, &put, DB_VALUES("test-queued"));
    cr_assert_eq(db_commit(db), OUTCOME_OK);
    cr_assert(db_is_idle(db));
    db_rollback(db);
    expect_count("test", "1");
    expect_count("test-queued", "1");
}

Test(db, undoes_a_held_transaction_that_failed)
{
    db_hold(db);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_OK);
    cr_assert_eq(db_do(db, &divide, DB_VALUES("0")), OUTCOME_INVALID);
    cr_assert(db_is_idle(db));
    cr_assert_eq(db_commit(db), OUTCOME_FAILED);
    expect_count("test", "0");
}

Test(db, rolls_back_what_is_held_and_what_is_queued)
{
    db_hold(db);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_OK);
    db_queue(db, &put, DB_VALUES("test-queued"));
    db_rollback(db);
    cr_assert(db_is_idle(db));
    expect_count("test", "0");
    expect_count("test-queued", "0");
}

Test(db, keeps_the_rows_over_a_commit)
{
    db_hold(db);
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
    cr_assert_eq(db_commit(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), "2");
}

/* As a handler does that has to read first: the guard was queued before. */
Test(db, holds_what_was_queued_before_too)
{
    db_queue(db, &put, DB_VALUES("test"));
    cr_assert_not(db_is_held(db));
    db_hold(db);
    cr_assert(db_is_held(db));
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
    db_rollback(db);
    cr_assert_not(db_is_held(db));
    expect_count("test", "0");
}

Test(db, reads_the_rows_of_what_was_queued_for_the_commit)
{
    db_hold(db);
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_OK);
    db_queue(db, &add_one, DB_VALUES("2"));
    cr_assert_eq(db_commit(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 0), "3");
}

Test(db, is_busy_after_the_time_limit)
{
    int64_t start = clock_monotonic_ms();

    cr_assert_eq(db_do(db, &slow, DB_NO_VALUES), OUTCOME_BUSY);
    cr_assert_lt(clock_monotonic_ms() - start, 4900, "before the statement would have ended by itself");
    cr_assert(db_is_idle(db));
}

Test(db, is_away_when_the_server_ends_the_connection)
{
    cr_assert_eq(db_do(db, &end_connection, DB_NO_VALUES), OUTCOME_AWAY);
    cr_assert_not(db_is_idle(db));
    cr_assert_eq(db_do(db, &add_one, DB_VALUES("1")), OUTCOME_AWAY);
}

Test(db, does_not_block_when_much_goes_both_ways)
{
    size_t length = 5000000;
    char *value = malloc(length + 1);

    memset(value, 'y', length);
    value[length] = '\0';
    for (int i = 0; i < 4; i++)
        db_queue(db, &large, DB_VALUES(value));
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_assert_str_eq(db_value(db, 0, 1), "5000000");
    free(value);
}

Test(db, hears_notifications)
{
    const char *channel, *payload;

    cr_assert_eq(db_listen(db, "test \"channel\""), OUTCOME_OK);
    cr_assert_eq(db_notification(db, 20, &channel, &payload), OUTCOME_ABSENT);
    cr_assert_eq(db_script(db, "notify \"test \"\"channel\"\"\", 'one'; notify \"test \"\"channel\"\"\", 'two'"),
                 OUTCOME_OK);
    cr_assert_eq(db_notification(db, 2000, &channel, &payload), OUTCOME_OK);
    cr_assert_str_eq(channel, "test \"channel\"");
    cr_assert_str_eq(payload, "one");
    cr_assert_eq(db_notification(db, 2000, &channel, &payload), OUTCOME_OK);
    cr_assert_str_eq(payload, "two");
}

Test(db, undoes_a_script_that_failed)
{
    cr_assert_eq(db_script(db, "insert into settings (key, value) values ('test', '1'); select 1 / 0"),
                 OUTCOME_INVALID);
    expect_count("test", "0");
    db_hold(db);
    cr_assert_eq(db_do(db, &put, DB_VALUES("test")), OUTCOME_OK);
    cr_assert_eq(db_script(db, "select 1 / 0"), OUTCOME_INVALID);
    cr_assert(db_is_idle(db));
    expect_count("test", "0");
}

Test(db, says_when_nobody_listens_at_the_address)
{
    struct db *none;

    cr_assert_eq(db_open(&none, "host=/nowhere dbname=none", DB_PREPARE_USED, 0, &why), OUTCOME_AWAY);
    cr_assert_null(none);
    cr_assert_not_null(strstr(text_string(&why), "/nowhere"));
}

/* What the pool does: the master connects without blocking and prepares everything; children inherit and leave idle. */
static struct db *connect_like_the_pool(void)
{
    struct db *slot;
    enum db_progress progress = DB_WRITING;

    cr_assert_eq(db_connect_start(&slot, url(), DB_PREPARE_ALL, 2000, &why), OUTCOME_OK);
    while (progress == DB_READING || progress == DB_WRITING) {
        struct pollfd ready = {db_socket(slot), progress == DB_READING ? POLLIN : POLLOUT, 0};
        cr_assert_eq(poll(&ready, 1, 5000), 1);
        progress = db_connect_poll(slot, &why);
    }
    cr_assert_eq(progress, DB_READY, "%s", text_string(&why));
    cr_assert(db_is_idle(slot));
    return slot;
}

static int exit_status_of(pid_t child)
{
    int status;

    cr_assert_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(db, is_inherited_by_one_child_after_another)
{
    struct db *slot = connect_like_the_pool();

    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            enum outcome outcome = db_do(slot, i % 2 ? &query_status_ping : &query_user_own, DB_NO_VALUES);
            _exit(outcome == (i % 2 ? OUTCOME_OK : OUTCOME_ABSENT) && db_is_idle(slot) ? 0 : 1);
        }
        cr_assert_eq(exit_status_of(child), 0);
        cr_assert(db_is_idle(slot));
    }
    cr_assert_eq(db_do(slot, &query_status_ping, DB_NO_VALUES), OUTCOME_OK);
    db_close(slot);
}

Test(db, is_forgotten_by_a_sibling_without_a_word_to_the_server)
{
    struct db *slot = connect_like_the_pool();
    pid_t child = fork();

    if (child == 0) {
        db_forget(slot);
        _exit(0);
    }
    cr_assert_eq(exit_status_of(child), 0);
    cr_assert_eq(db_do(slot, &query_status_ping, DB_NO_VALUES), OUTCOME_OK);
    db_close(slot);
}

Test(db, bytes_go_and_come_as_they_are)
{
    static const char bytes[] = "a\0b\xff\n";

    db_queue_bytes(db, &echo, DB_VALUES(bytes, "text"), (const size_t[]){5, 0});
    cr_assert_eq(db_run(db), OUTCOME_OK, "%s", db_failure(db)->message);
    cr_expect_eq(db_length(db, 0, 0), 5);
    cr_expect_arr_eq(db_value(db, 0, 0), bytes, 5);
    cr_expect_str_eq(db_value(db, 0, 1), "text");
    db_queue_bytes(db, &echo, DB_VALUES(NULL, NULL), NULL);
    cr_assert_eq(db_run(db), OUTCOME_OK);
    cr_expect_eq(db_length(db, 0, 0), 0);
    cr_expect_null(db_value(db, 0, 0));
}
