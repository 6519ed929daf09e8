#include "cron/chores/chore.h"
#include "queries.h"

/* The bytes of files of deleted scripts that no other script has. */
enum outcome chore_sweep_script_files(struct chore_work *work)
{
    return chore_repeat(work, &query_script_blobs_sweep);
}
