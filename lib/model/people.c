#include "model/people.h"

#include "base/number.h"
#include "queries.h"

enum outcome people_list(struct db *db, const char *search, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_people_list, DB_VALUES(most, cursor, search));
}
