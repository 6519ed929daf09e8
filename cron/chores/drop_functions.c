#include "base/log.h"
#include "cron/chores/chore.h"
#include "queries.h"

/* Schemas of functions of versions that nobody uses any more, one a step. */
enum outcome chore_drop_functions(struct chore_work *work)
{
    long long before = work->rows;
    enum outcome outcome = chore_repeat(work, &query_functions_drop);

    if (work->rows > before)
        log_info("dropped %lld unused schemas of functions", work->rows - before);
    return outcome;
}
