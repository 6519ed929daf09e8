#include "model/settings.h"

#include "queries.h"

enum outcome settings_get(struct db *db)
{
    return db_do(db, &query_settings_get, DB_NO_VALUES);
}

enum outcome settings_change(struct db *db, const char *changes)
{
    return db_do(db, &query_settings_change, DB_VALUES(changes));
}
