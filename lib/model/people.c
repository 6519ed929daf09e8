#include "model/people.h"

#include "queries.h"

#include <stdio.h>

enum outcome people_list(struct db *db, const char *search, int limit, const char *cursor)
{
    char most[16];
    snprintf(most, sizeof most, "%d", limit);
    return db_do(db, &query_people_list, DB_VALUES(most, cursor, search));
}
