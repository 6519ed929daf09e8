#include "cron/chores/chore.h"
#include "cron/dependencies/store.h"

static bool go_on(void *context)
{
    return chore_has_time(context);
}

/* Packages of scripts that no run on this host has used for DEPENDENCIES_DAYS, those beyond DEPENDENCIES_STORE_MB, and
 * what dead installers left. */
enum outcome chore_sweep_dependencies(struct chore_work *work)
{
    const struct store_pace pace = {go_on, work};
    struct store store;
    long long removed = 1;
    enum outcome outcome = store_find(&store, work->config);

    while (outcome == OUTCOME_OK && removed > 0 && chore_has_time(work)) {
        outcome = store_sweep(&store, &pace, &removed);
        work->rows += removed;
    }
    store_close(&store);
    return outcome == OUTCOME_ABSENT || outcome == OUTCOME_DENIED ? OUTCOME_OK : outcome;
}
