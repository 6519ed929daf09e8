#include "model/scripts.h"

#include "base/number.h"
#include "queries.h"

enum outcome scripts_list(struct db *db, const struct script_filter *filter, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_script_list,
                 DB_VALUES(most, cursor, filter->query, filter->kind, filter->mine ? "true" : "false"));
}

enum outcome scripts_get(struct db *db, const char *id)
{
    return db_do(db, &query_script_get, DB_VALUES(id));
}

enum outcome scripts_create(struct db *db, const char *body)
{
    db_queue(db, &query_script_create, DB_VALUES(body));
    return db_do(db, &query_script_touched, DB_NO_VALUES);
}

enum outcome scripts_edit(struct db *db, const char *id, const char *body)
{
    db_queue(db, &query_script_edit, DB_VALUES(id, body));
    return db_do(db, &query_script_touched, DB_NO_VALUES);
}

enum outcome scripts_run(struct db *db, const char *id, const char *body, const char *via)
{
    db_queue(db, &query_script_run, DB_VALUES(id, body, via));
    return db_do(db, &query_run_touched, DB_NO_VALUES);
}
