#include "cron/chores/chore.h"
#include "queries.h"

/* Brings back what was stored while the clock was ahead: a run that is due, a lease that ends, a room that was active
 * then would stay so until that date. */
enum outcome chore_mend_times(struct chore_work *work)
{
    return chore_repeat(work, &query_times_mend);
}
