#include "model/rooms.h"

#include "base/number.h"
#include "queries.h"

enum outcome rooms_list(struct db *db, bool public_ones, const char *cursor, long long limit)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, public_ones ? &query_room_list_public : &query_room_list, DB_VALUES(cursor, most));
}

enum outcome rooms_get(struct db *db, const char *id)
{
    return db_do(db, &query_room_get, DB_VALUES(id));
}

enum outcome rooms_create(struct db *db, const char *body)
{
    return db_do(db, &query_room_create, DB_VALUES(body));
}

enum outcome rooms_edit(struct db *db, const char *id, const char *body)
{
    return db_do_held(db, &query_room_edit, DB_VALUES(id, body));
}

enum outcome rooms_delete(struct db *db, const char *id)
{
    return db_do_held(db, &query_room_delete, DB_VALUES(id));
}

enum outcome rooms_stop(struct db *db, const char *id)
{
    return db_do(db, &query_room_stop, DB_VALUES(id));
}
