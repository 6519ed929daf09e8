#include "model/sealed.h"

#include "base/secretbox.h"
#include "queries.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 100
#define PAGE_TEXT "100"
#define LOST_MOST 100
#define FIRST_ID "00000000-0000-0000-0000-000000000000"

enum { WHAT, ID, KEY, SEALED };

/* How the sealed values of each purpose are read and exchanged. */
static const struct column {
    const struct db_statement *page, *exchange;
} columns[SEALED_COUNT] = {
    [SEALED_PROVIDER_KEY] = {&query_sealed_providers, &query_sealed_provider_exchange},
    [SEALED_MAPPING_ENTRY] = {&query_sealed_mappings, &query_sealed_mapping_exchange},
    [SEALED_SCRIPT_STATE] = {&query_sealed_states, &query_sealed_state_exchange},
    [SEALED_RUN_INPUT] = {&query_sealed_inputs, &query_sealed_inputs_exchange},
};

static const char *purpose_of(const struct column *column)
{
    return sealed_rows[column - columns].name;
}

/* Runs can be many. */
static void add_lost(struct sealed_count *count, const char *what)
{
    size_t listed = json_object_array_length(count->lost);

    if (listed < LOST_MOST)
        json_object_array_add(count->lost, json_object_new_string(what));
    else if (listed == LOST_MOST)
        json_object_array_add(count->lost, json_object_new_string("further data, which is not listed"));
}

/* A row of the page: counts it, and queues its exchange if it is to be. */
static enum outcome look_at(struct db *db, const struct config *config, const struct column *column, int row,
                            struct sealed_count *count, bool change)
{
    struct config present = *config; /* the strings stay the caller's */
    const char *sealed = db_value(db, row, SEALED);
    struct text plain = TEXT_EMPTY, anew = TEXT_EMPTY;
    enum outcome outcome = OUTCOME_OK;

    present.secret_key_previous = NULL;
    if (secret_open(&present, purpose_of(column), sealed, &plain) == OUTCOME_OK) {
        count->current++;
    } else if (secret_open(config, purpose_of(column), sealed, &plain) != OUTCOME_OK) {
        add_lost(count, db_value(db, row, WHAT));
    } else {
        count->previous++;
        if (change)
            outcome = secret_seal(config, purpose_of(column), text_string(&plain), &anew);
        if (change && outcome == OUTCOME_OK)
            db_queue(db, column->exchange,
                     DB_VALUES(db_value(db, row, ID), db_value(db, row, KEY), sealed, text_string(&anew)));
    }
    text_free_secret(&plain);
    text_free(&anew);
    return outcome;
}

/* The place is kept apart: the page is gone with the next statement. */
static enum outcome go_through(struct db *db, const struct config *config, const struct column *column,
                               struct sealed_count *count, bool change)
{
    char *id = text_format("%s", FIRST_ID);
    char *key = text_format("%s", "");
    enum outcome outcome = OUTCOME_OK;
    int rows = PAGE;

    while (outcome == OUTCOME_OK && rows == PAGE) {
        outcome = db_do(db, column->page, DB_VALUES(id, key, PAGE_TEXT));
        rows = outcome == OUTCOME_OK ? db_rows(db) : 0;
        for (int row = 0; row < rows && outcome == OUTCOME_OK; row++)
            outcome = look_at(db, config, column, row, count, change);
        if (rows == PAGE) {
            free(id);
            free(key);
            id = text_format("%s", db_value(db, rows - 1, ID));
            key = text_format("%s", db_value(db, rows - 1, KEY));
        }
        if (outcome == OUTCOME_OK)
            outcome = db_run(db);
    }
    free(id);
    free(key);
    return outcome;
}

static enum outcome go_through_all(struct db *db, const struct config *config, struct sealed_count *count, bool change)
{
    enum outcome outcome = OUTCOME_OK;

    *count = (struct sealed_count){0, 0, json_object_new_array()};
    for (size_t i = 0; i < SEALED_COUNT && outcome == OUTCOME_OK; i++)
        outcome = go_through(db, config, &columns[i], count, change);
    return outcome;
}

enum outcome sealed_survey(struct db *db, const struct config *config, struct sealed_count *count)
{
    return go_through_all(db, config, count, false);
}

enum outcome sealed_rotate(struct db *db, const struct config *config, struct sealed_count *count)
{
    return go_through_all(db, config, count, true);
}

enum outcome sealed_lock(struct db *db)
{
    enum outcome outcome = db_do(db, &query_sealed_lock, DB_NO_VALUES);

    return outcome == OUTCOME_OK && strcmp(db_value(db, 0, 0), "t") != 0 ? OUTCOME_CONFLICT : outcome;
}

enum outcome sealed_audit(struct db *db, const char *detail)
{
    return db_do(db, &query_sealed_rotated, DB_VALUES(detail));
}
