#include "cron/chores/chore.h"
#include "queries.h"

/* Stored answers of Idempotency-Key, counts of failed log-ins. */
enum outcome chore_remove_expired(struct chore_work *work)
{
    return chore_repeat(work, &query_cleanup_expired);
}
