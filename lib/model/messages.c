#include "model/messages.h"

#include "queries.h"

enum outcome messages_post(struct db *db, const char *room, const char *body)
{
    return db_do(db, &query_messages_post, DB_VALUES(room, body));
}

enum outcome messages_edit(struct db *db, const char *room, const char *seq, const char *text)
{
    return db_do(db, &query_messages_edit, DB_VALUES(room, seq, text));
}

enum outcome messages_delete(struct db *db, const char *room, const char *seq)
{
    return db_do(db, &query_messages_delete, DB_VALUES(room, seq));
}
