#include "cron/chores/chore.h"
#include "queries.h"

#include <string.h>

#define FRESH_SECONDS "10"   /* how long after its newest event a room gets a heartbeat in each tick */
#define ACTIVE_SECONDS "120" /* and how long now and then */
#define ACTIVE_EVERY "10"

/* A lost publication heals by these: a client that has not got so far asks for what it misses. Stops when nchan does
 * not answer; the next tick's say the same. */
enum outcome chore_send_heartbeats(struct chore_work *work)
{
    struct db *db = work->db;
    enum outcome outcome = db_do(db, &query_rooms_heartbeat, DB_VALUES(FRESH_SECONDS, ACTIVE_SECONDS, ACTIVE_EVERY));

    push_renew(work->push);
    for (int row = 0; outcome == OUTCOME_OK && row < db_rows(db); row++) {
        const char *message = db_value(db, row, 1);

        if (publish(work->push, db_value(db, row, 0), message, strlen(message)) != OUTCOME_OK)
            break;
        work->rows++;
    }
    return outcome;
}
