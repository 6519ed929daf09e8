#include "model/start.h"

#include "queries.h"

enum outcome start_get(struct db *db)
{
    return db_do(db, &query_start_get, DB_NO_VALUES);
}

enum outcome start_edit(struct db *db, const char *changes)
{
    return db_do(db, &query_start_edit, DB_VALUES(changes));
}
