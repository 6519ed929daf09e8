#include "model/events.h"

#include "queries.h"

#include <stdio.h>

#define NUMBER_SIZE 24

static const char *number_text(char buffer[NUMBER_SIZE], long long number)
{
    snprintf(buffer, NUMBER_SIZE, "%lld", number);
    return buffer;
}

enum outcome events_after(struct db *db, const char *room, long long after, long long limit)
{
    char seq[NUMBER_SIZE], most[NUMBER_SIZE];

    return db_do(db, &query_events_after, DB_VALUES(room, number_text(seq, after), number_text(most, limit)));
}

enum outcome events_before(struct db *db, const char *room, long long before, long long limit)
{
    char seq[NUMBER_SIZE], most[NUMBER_SIZE];
    const char *bound = before > 0 ? number_text(seq, before) : NULL;

    return db_do(db, &query_events_before, DB_VALUES(room, bound, number_text(most, limit)));
}

enum outcome events_read(struct db *db, const char *room, long long seq)
{
    char bound[NUMBER_SIZE];

    return db_do(db, &query_events_read, DB_VALUES(room, number_text(bound, seq)));
}
