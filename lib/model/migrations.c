#include "model/migrations.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/secretbox.h"
#include "model/functions.h"
#include "queries.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define LOCK_MS "2000"  /* how long a migration waits for a table: so long do requests wait behind it */
#define PAUSE_MS 1000   /* between two tries: so long do requests pass */
#define BLOCKERS 5      /* as many as migrations_blockers tells */
#define BLOCKERS_MS 300 /* who holds a table for less is a request */
#define ADOPTED 7       /* migrations whose tables the last development version has */

static const struct migration *find(const struct migration *list, long long number)
{
    for (; list->name; list++)
        if (list->number == number && number > 0)
            return list;
    return NULL;
}

static enum outcome explain(struct db *db, enum outcome outcome, const char *doing, struct text *why)
{
    const struct db_failure *failure = db_failure(db);

    text_add_format(why, "%s: %s", doing, failure->message[0] ? failure->message : outcome_name(outcome));
    if (strcmp(failure->sqlstate, "42501") == 0)
        text_add(why, " (migrations need the owner of the schema: set DATABASE_OWNER_URL)");
    return outcome;
}

/* One row of the history against the list. */
static enum outcome compare_row(struct db *db, int row, const struct migration *list, struct text *why)
{
    const char *name = db_value(db, row, 1), *checksum = db_value(db, row, 2);
    const struct migration *migration;
    char digest[DIGEST_SIZE];
    long long number;

    if (number_parse(db_value(db, row, 0), 1, 9999, &number) != OUTCOME_OK)
        return OUTCOME_FAILED;
    migration = find(list, number);
    if (!migration) {
        text_add_format(why,
                        "The database is newer than this program: it contains the unknown migration %s. "
                        "Install the version of CoAgent that upgraded it.",
                        name);
        return OUTCOME_CONFLICT;
    }
    digest_hex(migration->text, digest);
    if (strcmp(name, "0006_grant_application") == 0) {
        text_add(
            why,
            "This database was created by a development version before 2026-11-26 and cannot be upgraded. Start with a "
            "new database (./studio reset).");
        return OUTCOME_CONFLICT;
    }
    if (strcmp(digest, checksum) != 0 || strcmp(migration->name, name) != 0) {
        text_add_format(why,
                        "The migration %s was changed after it was applied to this database. Restore its "
                        "text and add the change as a new migration.",
                        migration->name);
        return OUTCOME_CONFLICT;
    }
    if (number != row + 1) {
        text_add_format(why, "The history of this database has a gap before %s.", name);
        return OUTCOME_CONFLICT;
    }
    return OUTCOME_OK;
}

enum outcome migrations_compare(struct db *db, const struct migration *list, struct migrations_state *state,
                                struct text *why)
{
    enum outcome outcome = db_do(db, &query_migrations_list, DB_NO_VALUES);
    int all = 0;

    memset(state, 0, sizeof *state);
    for (const struct migration *migration = list; migration->name; migration++)
        all += migration->number > 0;
    state->pending = all;
    if (outcome == OUTCOME_FAILED && strcmp(db_failure(db)->sqlstate, "42P01") == 0)
        return OUTCOME_OK; /* there is no history yet */
    if (outcome != OUTCOME_OK)
        return explain(db, outcome, "Cannot read the history of the schema", why);
    for (int row = 0; row < db_rows(db) && outcome == OUTCOME_OK; row++)
        outcome = compare_row(db, row, list, why);
    state->applied = db_rows(db);
    state->pending = all - state->applied;
    return outcome;
}

/* OK, or REPLAYED when the database has it already. */
static enum outcome record(struct db *db, const struct migration *migration)
{
    char number[16], digest[DIGEST_SIZE];
    enum outcome outcome;

    snprintf(number, sizeof number, "%d", migration->number);
    digest_hex(migration->text, digest);
    db_queue(db, &query_migration_lock, DB_NO_VALUES);
    db_queue(db, &query_migration_record, DB_VALUES(number, migration->name, digest));
    outcome = db_run(db);
    return outcome == OUTCOME_OK && db_rows(db) == 0 ? OUTCOME_REPLAYED : outcome;
}

static enum outcome apply(struct db *db, const struct migration *migration)
{
    enum outcome outcome;

    db_hold(db);
    db_queue(db, &query_migrations_patience, DB_VALUES(LOCK_MS));
    outcome = record(db, migration);
    if (outcome == OUTCOME_OK)
        outcome = db_script(db, migration->text);
    if (outcome == OUTCOME_OK)
        return db_commit(db);
    if (outcome == OUTCOME_REPLAYED)
        db_rollback(db);
    return outcome;
}

static bool met_a_lock(const struct db *db, enum outcome outcome)
{
    return outcome == OUTCOME_BUSY && strcmp(db_failure(db)->sqlstate, "55P03") == 0;
}

/* Reports only sessions that held a lock a moment ago and still do; others come and go. */
static void name_blockers(struct db *db, struct text *why)
{
    long long before[BLOCKERS] = {0};
    int count = db_do(db, &query_migrations_blockers, DB_NO_VALUES) == OUTCOME_OK ? db_rows(db) : 0;

    for (int row = 0; row < count && row < BLOCKERS; row++)
        number_parse(db_value(db, row, 0), 0, LLONG_MAX, &before[row]);
    poll(NULL, 0, BLOCKERS_MS);
    count = db_do(db, &query_migrations_blockers, DB_NO_VALUES) == OUTCOME_OK ? db_rows(db) : 0;
    for (int row = 0; row < count; row++) {
        long long pid = -1;
        bool stayed = false;

        number_parse(db_value(db, row, 0), 0, LLONG_MAX, &pid);
        for (int i = 0; i < BLOCKERS; i++)
            stayed = stayed || before[i] == pid;
        if (stayed)
            text_add_format(why, " Process %lld of PostgreSQL (role %s, %s%s%s) holds: %s.", pid,
                            db_value(db, row, 1) ? db_value(db, row, 1) : "unknown", db_value(db, row, 2),
                            *db_value(db, row, 3) ? ", for " : "", db_value(db, row, 3), db_value(db, row, 4));
    }
}

/* Tries until nobody holds the tables that it changes, or the time is over. */
static enum outcome apply_patiently(struct db *db, const struct migration *migration, int wait_seconds,
                                    struct text *why)
{
    int64_t until = clock_monotonic_ms() + wait_seconds * 1000L;
    enum outcome outcome = apply(db, migration);

    while (met_a_lock(db, outcome) && clock_monotonic_ms() < until) {
        poll(NULL, 0, PAUSE_MS);
        outcome = apply(db, migration);
    }
    if (outcome == OUTCOME_OK || outcome == OUTCOME_REPLAYED)
        return outcome;
    text_add_format(why, "The migration %s failed and was rolled back", migration->name);
    if (!met_a_lock(db, outcome))
        return explain(db, outcome, "", why);
    text_add(why, ": another session holds locks on the tables that it changes.");
    name_blockers(db, why);
    text_add(why, " Wait for that session or end it, then run coagentctl migrate again.");
    return outcome;
}

/* The last development version had its functions among the tables, and other files of migrations: the tables are the
 * same, so the history is written anew and the functions go. */
static enum outcome adopt(struct db *db, const struct migration *list)
{
    enum outcome outcome;

    db_hold(db);
    db_queue(db, &query_migration_lock, DB_NO_VALUES);
    db_queue(db, &query_migrations_forget_before, DB_NO_VALUES);
    outcome = db_run(db);
    if (outcome == OUTCOME_OK && db_rows(db) == 0) {
        db_rollback(db);
        return OUTCOME_OK;
    }
    for (; outcome == OUTCOME_OK && list->name; list++)
        if (list->number > 0 && list->number <= ADOPTED)
            outcome = record(db, list);
    if (outcome == OUTCOME_OK)
        outcome = db_script(db, adopt_text);
    return outcome == OUTCOME_OK ? db_commit(db) : outcome;
}

enum outcome migrations_apply(struct db *db, const struct migration *list, const struct migrations_terms *terms,
                              struct text *why)
{
    struct migrations_state state;
    enum outcome outcome = db_script(db, list->text);

    if (outcome == OUTCOME_OK)
        outcome = adopt(db, list);
    if (outcome != OUTCOME_OK)
        return explain(db, outcome, "Cannot open the history of the schema", why);
    outcome = migrations_compare(db, list, &state, why);
    if (outcome != OUTCOME_OK)
        return outcome;
    for (const struct migration *migration = list + 1 + state.applied; migration->name; migration++) {
        outcome = apply_patiently(db, migration, terms->wait_seconds, why);
        if (outcome == OUTCOME_OK && terms->tell)
            terms->tell(terms->context, migration);
        else if (outcome != OUTCOME_OK && outcome != OUTCOME_REPLAYED)
            return outcome;
    }
    /* Another host may have been at work meanwhile, with other files. */
    return migrations_compare(db, list, &state, why);
}
