#include "model/channels.h"

#include "queries.h"

void channels_queue_wait(struct db *db, const char *run)
{
    db_queue(db, &query_channels_wait, DB_VALUES(run));
}

enum outcome channels_of_caller(struct db *db, const char *session)
{
    return db_do(db, &query_channels_of_caller, DB_VALUES(session));
}

enum outcome channels_of_run(struct db *db, const char *session, const char *run)
{
    return db_do(db, &query_channels_of_run, DB_VALUES(session, run));
}
