#include "cron/chores/chore.h"
#include "queries.h"

#define AT_ONCE "100" /* each channel is an exchange with nchan */

/* Removes sessions and API tokens that have expired, and closes their open WebSockets, which nothing authenticates
 * again. Each is closed though nchan did not answer for the one before: the rows are gone, nobody would close it later.
 */
enum outcome chore_expire_log_ins(struct chore_work *work)
{
    enum outcome outcome;

    do {
        outcome = db_do(work->db, &query_log_ins_expire, DB_VALUES(AT_ONCE));
        push_renew(work->push);
        for (int row = 0; outcome == OUTCOME_OK && row < db_rows(work->db); row++)
            channel_close(work->push, db_value(work->db, row, 0));
        if (outcome == OUTCOME_OK)
            work->rows += db_rows(work->db);
    } while (outcome == OUTCOME_OK && db_rows(work->db) > 0 && chore_has_time(work));
    return outcome;
}
