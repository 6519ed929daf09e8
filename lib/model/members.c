#include "model/members.h"

#include "queries.h"

#include <stdio.h>

enum outcome members_list(struct db *db, const char *room, const char *cursor, long long limit)
{
    char most[24];

    snprintf(most, sizeof most, "%lld", limit);
    return db_do(db, &query_members_list, DB_VALUES(room, cursor, most));
}

enum outcome members_add(struct db *db, const char *room, const char *body)
{
    return db_do(db, &query_members_add, DB_VALUES(room, body));
}

enum outcome members_edit(struct db *db, const char *room, const char *member, const char *body)
{
    return db_do(db, &query_members_edit, DB_VALUES(room, member, body));
}

enum outcome members_remove(struct db *db, const char *room, const char *member)
{
    return db_do(db, &query_members_remove, DB_VALUES(room, member));
}
