#include "cron/chores/chore.h"
#include "model/run_inputs.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 50
#define PAGE_TEXT "50"

enum { ID, INPUTS, SCHEMA };

/* A run of the page: queues what it becomes. */
static enum outcome seal_row(struct chore_work *work, int row)
{
    const char *stored = db_value(work->db, row, INPUTS), *rules = db_value(work->db, row, SCHEMA), *why = NULL;
    struct json_object *inputs = NULL, *schema = rules ? json_tokener_parse(rules) : NULL;
    char *sealed = NULL;
    enum outcome outcome = json_parse_whole(stored, strlen(stored), &inputs, &why);

    if (outcome == OUTCOME_OK)
        outcome = run_inputs_seal(work->config, schema, inputs, &sealed);
    if (outcome == OUTCOME_OK)
        db_queue(work->db, &query_plain_inputs_seal,
                 DB_VALUES(db_value(work->db, row, ID), sealed ? json_object_to_json_string(inputs) : stored, sealed));
    free(sealed);
    json_object_put(schema);
    json_object_put(inputs);
    return outcome;
}

/* A page of runs in one transaction. */
static enum outcome seal_page(struct chore_work *work, int *rows)
{
    enum outcome outcome = db_do(work->db, &query_plain_inputs, DB_VALUES(PAGE_TEXT));

    *rows = outcome == OUTCOME_OK ? db_rows(work->db) : 0;
    for (int row = 0; row < *rows && outcome == OUTCOME_OK; row++)
        outcome = seal_row(work, row);
    if (outcome == OUTCOME_OK)
        outcome = db_run(work->db);
    work->rows += *rows;
    return outcome;
}

/* The passwords of runs that a program of an older version queued. */
enum outcome chore_seal_inputs(struct chore_work *work)
{
    enum outcome outcome;
    int rows;

    do
        outcome = seal_page(work, &rows);
    while (outcome == OUTCOME_OK && rows == PAGE && chore_has_time(work));
    return outcome;
}
