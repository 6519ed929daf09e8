/* migrations against a real PostgreSQL and lists of the test's own, in schemas of their own. */
#include "base/log.h"
#include "base/secretbox.h"
#include "model/migrations.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HISTORY                                                                                                        \
    {                                                                                                                  \
        0, "0000_open_history",                                                                                        \
            "create table if not exists schema_migrations (number int primary key, name text, checksum text, "         \
            "applied_at "                                                                                              \
            "timestamptz default now()); create table if not exists schema_functions (name text, version text, "       \
            "applied_at timestamptz)"                                                                                  \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        0, NULL, NULL                                                                                                  \
    }

static const struct migration first = {1, "0001_create_a", "create table a (x int)"};
static const struct migration second = {2, "0002_create_b", "create table b (x int); insert into b values (1)"};

static struct db *db;
static struct text why;

/* Runs a script with the name of this test's schema in the place of each "@". */
static enum outcome run_script(struct db *connection, const char *script)
{
    struct text filled = TEXT_EMPTY;

    for (; *script; script++)
        if (*script == '@')
            text_add_format(&filled, "m%d", (int)getpid());
        else
            text_add_char(&filled, *script);
    enum outcome outcome = db_script(connection, text_string(&filled));
    text_free(&filled);
    return outcome;
}

static void open_schema(void)
{
    const char *url = getenv("COAGENT_TEST_DATABASE_OWNER");

    if (!url)
        cr_skip_test("COAGENT_TEST_DATABASE_OWNER is not set: tests/run-sql sets it");
    log_open("test-migrations", LOG_LEVEL_ERROR);
    cr_assert_eq(secretbox_open_library(), OUTCOME_OK);
    cr_assert_eq(db_open(&db, url, DB_WITHOUT_FUNCTIONS, 0, &why), OUTCOME_OK, "%s", text_string(&why));
    cr_assert_eq(run_script(db, "create schema @; set search_path = @"), OUTCOME_OK);
}

static void drop_schema(void)
{
    run_script(db, "drop schema @ cascade");
    db_close(db);
    text_free(&why);
}

TestSuite(migrations, .init = open_schema, .fini = drop_schema, .timeout = 30);

static int told;

static void count(void *context, const struct migration *migration)
{
    cr_assert_null(context);
    cr_assert_eq(migration->number, ++told);
}

static const struct migrations_terms counted = {.tell = count}, quiet = {0};

static void expect_state(const struct migration *list, int applied, int pending)
{
    struct migrations_state state;

    cr_assert_eq(migrations_compare(db, list, &state, &why), OUTCOME_OK, "%s", text_string(&why));
    cr_assert_eq(state.applied, applied);
    cr_assert_eq(state.pending, pending);
}

Test(migrations, are_applied_in_order_and_once)
{
    const struct migration list[] = {HISTORY, first, second, END};

    cr_assert_eq(migrations_apply(db, list, &counted, &why), OUTCOME_OK, "%s", text_string(&why));
    cr_assert_eq(told, 2);
    expect_state(list, 2, 0);
    cr_assert_eq(migrations_apply(db, list, &counted, &why), OUTCOME_OK);
    cr_assert_eq(told, 2);
}

Test(migrations, that_are_new_are_applied_to_what_is_there)
{
    const struct migration older[] = {HISTORY, first, END}, newer[] = {HISTORY, first, second, END};

    cr_assert_eq(migrations_apply(db, older, &quiet, &why), OUTCOME_OK);
    expect_state(newer, 1, 1);
    cr_assert_eq(migrations_apply(db, newer, &quiet, &why), OUTCOME_OK);
    expect_state(newer, 2, 0);
}

Test(migrations, refuse_a_program_that_is_older_than_the_database)
{
    const struct migration older[] = {HISTORY, first, END}, newer[] = {HISTORY, first, second, END};

    cr_assert_eq(migrations_apply(db, newer, &quiet, &why), OUTCOME_OK);
    cr_assert_eq(migrations_apply(db, older, &quiet, &why), OUTCOME_CONFLICT);
    cr_assert_not_null(strstr(text_string(&why), "0002_create_b"));
}

Test(migrations, refuse_a_text_that_was_edited_by_one_byte)
{
    const struct migration list[] = {HISTORY, first, END};
    const struct migration edited[] = {HISTORY, {1, "0001_create_a", "create table a (x int) "}, END};

    cr_assert_eq(migrations_apply(db, list, &quiet, &why), OUTCOME_OK);
    cr_assert_eq(migrations_apply(db, edited, &quiet, &why), OUTCOME_CONFLICT);
    cr_assert_not_null(strstr(text_string(&why), "was changed after"));
}

Test(migrations, that_fail_keep_what_came_before_and_nothing_of_themselves)
{
    const struct migration broken[] = {HISTORY,
                                       first,
                                       {2, "0002_break", "create table b (x int); select 1 / 0"},
                                       {3, "0003_never", "create table c ()"},
                                       END};

    cr_assert_eq(migrations_apply(db, broken, &quiet, &why), OUTCOME_INVALID);
    cr_assert_not_null(strstr(text_string(&why), "0002_break failed and was rolled back"));
    expect_state(broken, 1, 2);
    cr_assert_eq(db_script(db, "create table b (x int); create table c ()"), OUTCOME_OK, "neither is there");
}

Test(migrations, do_not_pass_over_one_that_is_missing_in_between)
{
    const struct migration list[] = {HISTORY, first, second, END};

    cr_assert_eq(migrations_apply(db, list, &quiet, &why), OUTCOME_OK);
    cr_assert_eq(db_script(db, "delete from schema_migrations where number = 1"), OUTCOME_OK);
    cr_assert_eq(migrations_apply(db, list, &quiet, &why), OUTCOME_CONFLICT);
    cr_assert_not_null(strstr(text_string(&why), "gap"));
}

/* A reader that goes on for long, as pg_dump does: whoever asks meanwhile must not wait behind the migration, and the
 * administrator hears who is in the way. */
Test(migrations, give_way_to_a_long_reader_and_say_who_it_is)
{
    const struct migration older[] = {HISTORY, first, END};
    const struct migration newer[] = {HISTORY, first, {2, "0002_widen_a", "alter table a add y int"}, END};
    struct text trouble = TEXT_EMPTY;
    struct db *reader = NULL;

    cr_assert_eq(migrations_apply(db, older, &quiet, &why), OUTCOME_OK);
    cr_assert_eq(db_open(&reader, getenv("COAGENT_TEST_DATABASE_OWNER"), DB_WITHOUT_FUNCTIONS, 0, &trouble),
                 OUTCOME_OK);
    db_hold(reader);
    cr_assert_eq(run_script(reader, "lock table @.a in access share mode"), OUTCOME_OK);
    cr_assert_eq(migrations_apply(db, newer, &quiet, &why), OUTCOME_BUSY);
    cr_expect(strstr(text_string(&why), "0002_widen_a failed"), "%s", text_string(&why));
    cr_expect(strstr(text_string(&why), "(role coagent, coagent fn_"), "%s", text_string(&why));
    cr_expect(strstr(text_string(&why), "holds: a"), "%s", text_string(&why));
    db_rollback(reader);
    cr_expect_eq(migrations_apply(db, newer, &quiet, &why), OUTCOME_OK);
    db_close(reader);
    text_free(&trouble);
}
