#include "model/migrations.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "queries.h"

#include <stdio.h>
#include <string.h>

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
                        "The database is newer than this program: it has the migration %s, which is unknown here. "
                        "Install the version of CoAgent that it was upgraded to.",
                        name);
        return OUTCOME_CONFLICT;
    }
    digest_hex(migration->text, digest);
    if (strcmp(digest, checksum) != 0 || strcmp(migration->name, name) != 0) {
        text_add_format(why,
                        "The migration %s was changed after it had been applied to this database. Put its text "
                        "back, and write the change as a new migration.",
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
    outcome = record(db, migration);
    if (outcome == OUTCOME_OK)
        outcome = db_script(db, migration->text);
    if (outcome == OUTCOME_OK)
        return db_commit(db);
    if (outcome == OUTCOME_REPLAYED)
        db_rollback(db);
    return outcome;
}

enum outcome migrations_apply(struct db *db, const struct migration *list,
                              void (*tell)(void *context, const struct migration *migration), void *context,
                              struct text *why)
{
    struct migrations_state state;
    enum outcome outcome = db_script(db, list->text);

    if (outcome != OUTCOME_OK)
        return explain(db, outcome, "Cannot open the history of the schema", why);
    outcome = migrations_compare(db, list, &state, why);
    if (outcome != OUTCOME_OK)
        return outcome;
    for (const struct migration *migration = list + 1 + state.applied; migration->name; migration++) {
        outcome = apply(db, migration);
        if (outcome == OUTCOME_OK && tell)
            tell(context, migration);
        else if (outcome != OUTCOME_OK && outcome != OUTCOME_REPLAYED) {
            text_add_format(why, "The migration %s failed, and nothing of it was kept", migration->name);
            return explain(db, outcome, "", why);
        }
    }
    /* Another host may have been at work meanwhile, with other files. */
    return migrations_compare(db, list, &state, why);
}
