#include "model/runs.h"

#include "queries.h"

enum outcome runs_get(struct db *db, const char *id)
{
    return db_do(db, &query_run_get, DB_VALUES(id));
}

enum outcome runs_list(struct db *db, const char *filter)
{
    return db_do(db, &query_run_list, DB_VALUES(filter));
}

enum outcome runs_cancel(struct db *db, const char *id)
{
    return db_do(db, &query_run_cancel, DB_VALUES(id));
}

enum outcome runs_remove_output(struct db *db, const char *id)
{
    return db_do(db, &query_run_remove_output, DB_VALUES(id));
}

enum outcome runs_retry(struct db *db, const char *id, const char *mode, const char *via)
{
    return db_do(db, &query_run_retry, DB_VALUES(id, mode, via));
}
