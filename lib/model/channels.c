#include "model/channels.h"

#include "queries.h"

enum outcome channels_of_caller(struct db *db, const char *session)
{
    return db_do(db, &query_channels_of_caller, DB_VALUES(session));
}
