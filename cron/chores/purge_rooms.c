#include "cron/chores/chore.h"
#include "queries.h"

/* Rooms that were deleted some minutes ago, with all that was in them: the runs first, then the log. */
enum outcome chore_purge_rooms(struct chore_work *work)
{
    return chore_repeat(work, &query_rooms_purge);
}
