#include "model/events.h"

#include "base/number.h"
#include "queries.h"

enum outcome events_after(struct db *db, const char *room, long long after, long long limit)
{
    char seq[NUMBER_TEXT_SIZE], most[NUMBER_TEXT_SIZE];

    return db_do(db, &query_events_after, DB_VALUES(room, number_text(after, seq), number_text(limit, most)));
}

enum outcome events_before(struct db *db, const char *room, long long before, long long limit)
{
    char seq[NUMBER_TEXT_SIZE], most[NUMBER_TEXT_SIZE];
    const char *bound = before > 0 ? number_text(before, seq) : NULL;

    return db_do(db, &query_events_before, DB_VALUES(room, bound, number_text(limit, most)));
}

enum outcome events_read(struct db *db, const char *room, long long seq)
{
    char bound[NUMBER_TEXT_SIZE];

    return db_do(db, &query_room_read, DB_VALUES(room, number_text(seq, bound)));
}
