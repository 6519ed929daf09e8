#include "model/functions.h"

#include "queries.h"

#include <string.h>

/* The functions as the owner makes them: their bodies name each other in any order. */
static void add_functions(struct text *script)
{
    text_add(script, "set local check_function_bodies = off;\n");
    text_add(script, functions_text);
    text_add_format(script, "\ngrant usage on schema %s to coagent_app;\n", db_functions);
}

static enum outcome apply(struct db *db, const char *version)
{
    struct text script = TEXT_EMPTY;
    enum outcome outcome;

    db_queue(db, &query_migration_lock, DB_NO_VALUES);
    db_queue(db, &query_functions_record, DB_VALUES(db_functions, version));
    outcome = db_run(db);
    if (outcome == OUTCOME_OK) {
        bool is_absent = db_value(db, 0, 0)[0] == 'f';

        if (is_absent)
            text_add_format(&script, "create schema %s;\n", db_functions);
        text_add_format(&script, "set local search_path = %s, public;\n", db_functions);
        if (is_absent)
            add_functions(&script);
        text_add(&script, grants_text);
        outcome = db_script(db, text_string(&script));
    }
    text_free(&script);
    return outcome == OUTCOME_OK ? db_commit(db) : outcome;
}

enum outcome functions_apply(struct db *db, const char *version, struct text *why)
{
    enum outcome outcome;

    db_hold(db);
    outcome = apply(db, version);
    if (outcome != OUTCOME_OK)
        text_add_format(why, "The functions of this version could not be created; no change was kept: %s",
                        db_failure(db)->message[0] ? db_failure(db)->message : outcome_name(outcome));
    return outcome;
}

enum outcome functions_compare(struct db *db, struct text *why)
{
    enum outcome outcome = db_do(db, &query_functions_present, DB_VALUES(db_functions));

    if (outcome == OUTCOME_OK && db_value(db, 0, 0)[0] != 't')
        outcome = OUTCOME_CONFLICT;
    if (outcome == OUTCOME_CONFLICT)
        text_add(why, "The functions of this version are missing.");
    else if (outcome != OUTCOME_OK)
        text_add_format(why, "Cannot check for the functions of this version: %s", outcome_name(outcome));
    return outcome;
}
