#include "model/files.h"

#include "queries.h"

#include <stdio.h>

enum outcome files_get(struct db *db, const char *id)
{
    return db_do(db, &query_file_get, DB_VALUES(id));
}

enum outcome files_piece(struct db *db, const char *id, long long offset)
{
    char from[24];

    snprintf(from, sizeof from, "%lld", offset);
    db_queue_bytes(db, &query_file_piece, DB_VALUES(id, from), NULL);
    return db_run(db);
}
