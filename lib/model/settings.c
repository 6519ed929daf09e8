#include "model/settings.h"

#include "queries.h"

enum outcome settings_get(struct db *db)
{
    return db_do(db, &query_setting_list, DB_NO_VALUES);
}

enum outcome settings_edit(struct db *db, const char *changes)
{
    return db_do(db, &query_setting_edit, DB_VALUES(changes));
}
