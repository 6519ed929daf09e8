#include "base/number.h"
#include "base/token.h"
#include "cron/cache/caches.h"
#include "cron/chores/chore.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 100
#define DAY_SECONDS 86400

/* Those that are looked at together. */
struct batch {
    struct chore_work *work;
    int caches;
    enum outcome outcome;
    char scripts[AT_ONCE][UUID_SIZE];
    long long generations[AT_ONCE];
    bool old[AT_ONCE];
    size_t count;
};

static bool is_named(struct db *db, const char *script, long long generation)
{
    char number[NUMBER_TEXT_SIZE];

    number_text(generation, number);
    for (int row = 0; row < db_rows(db); row++)
        if (strcmp(db_value(db, row, 0), script) == 0)
            return strcmp(db_value(db, row, 1), number) == 0;
    return false;
}

static void remove_unwanted(struct batch *batch)
{
    struct text ids = TEXT_EMPTY;

    for (size_t i = 0; i < batch->count; i++)
        text_add_format(&ids, "%c%s", i == 0 ? '{' : ',', batch->scripts[i]);
    text_add_char(&ids, '}');
    if (batch->count > 0)
        batch->outcome = db_do(batch->work->db, &query_script_cache_generations, DB_VALUES(text_string(&ids)));
    for (size_t i = 0; batch->outcome == OUTCOME_OK && i < batch->count; i++) {
        if (!batch->old[i] && is_named(batch->work->db, batch->scripts[i], batch->generations[i]))
            continue;
        caches_remove(batch->caches, batch->scripts[i]);
        batch->work->rows++;
    }
    batch->count = 0;
    text_free(&ids);
}

static bool visit(void *context, const char *script, const struct cache_about *about, time_t used)
{
    struct batch *batch = context;
    size_t i = batch->count++;

    memcpy(batch->scripts[i], script, UUID_SIZE);
    batch->generations[i] = about->generation;
    batch->old[i] = time(NULL) - used >= (time_t)batch->work->config->cache_days * DAY_SECONDS;
    if (batch->count == AT_ONCE)
        remove_unwanted(batch);
    return batch->outcome == OUTCOME_OK && chore_has_time(batch->work);
}

/* The cache folders on this host of scripts that are gone, have cleared theirs or ask for none any more, and those that
 * no run has used for CACHE_DAYS. A slice that ends early begins again: what is removed is not met twice. */
enum outcome chore_sweep_caches(struct chore_work *work)
{
    struct batch batch = {.work = work, .caches = caches_open(work->config)};

    if (batch.caches < 0)
        return OUTCOME_OK; /* a run that wants one says so */
    caches_each(batch.caches, visit, &batch);
    if (batch.outcome == OUTCOME_OK)
        remove_unwanted(&batch);
    work->rows += (long long)caches_fit(batch.caches, work->config->cache_store_mb * 1024LL * 1024);
    close(batch.caches);
    return batch.outcome;
}
