#include "model/members.h"

#include "base/number.h"
#include "queries.h"

enum outcome members_list(struct db *db, const char *room, const char *cursor, long long limit)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_member_list, DB_VALUES(room, cursor, most));
}

enum outcome members_add(struct db *db, const char *room, const char *body)
{
    return db_do(db, &query_member_add, DB_VALUES(room, body));
}

enum outcome members_edit(struct db *db, const char *room, const char *member, const char *body)
{
    return db_do(db, &query_member_edit, DB_VALUES(room, member, body));
}

enum outcome members_remove(struct db *db, const char *room, const char *member)
{
    return db_do_held(db, &query_member_remove, DB_VALUES(room, member));
}
