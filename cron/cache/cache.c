#include "cron/cache/cache.h"

#include "base/number.h"
#include "cron/run/lease.h"
#include "cron/store/held.h"
#include "cron/store/remove.h"
#include "queries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEBIBYTE (1024LL * 1024)
#define ENTRIES_MOST 65536
#define DEPTH_MOST 64

static bool may_go_on(void *context)
{
    struct execution *execution = context;

    lease_tick(execution);
    return execution->state != EXECUTION_ORPHANED;
}

static struct copy_bounds bounds_of(const struct cache *cache)
{
    return (struct copy_bounds){.bytes = cache->execution->config->cache_mb * MEBIBYTE,
                                .entries = ENTRIES_MOST,
                                .depth = DEPTH_MOST,
                                .go_on = may_go_on,
                                .context = cache->execution};
}

/* errno says why. */
static void note_failure(const struct cache *cache, const char *what)
{
    char *sentence = text_format("%s: %s.", what, strerror(errno));

    output_note(cache->output, sentence);
    free(sentence);
}

/* Half of a cache would be believed to be one. */
static void fill(void *context, int folder)
{
    struct cache *cache = context;
    struct copy_bounds bounds = bounds_of(cache);
    struct copy_count count;

    bounds.bytes = INT64_MAX; /* it was kept when the bounds were others, perhaps */
    if (!cache->taken)
        return;
    if (copy_tree(cache->kept.files, folder, &bounds, &count) != OUTCOME_OK) {
        note_failure(cache, "The cache folder could not be read, so this run begins with an empty one");
        remove_content(folder);
    }
    caches_release(&cache->kept);
}

void cache_open(struct cache *cache, struct execution *execution, const struct script_facts *facts,
                struct output *output)
{
    *cache =
        (struct cache){.execution = execution, .output = output, .caches = -1, .kept = {.folder = -1, .files = -1}};
    if (!facts->cache_generation ||
        number_parse(facts->cache_generation, 0, INT32_MAX, &cache->generation) != OUTCOME_OK)
        return;
    cache->script = facts->script;
    cache->caches = caches_open(execution->config);
    if (cache->caches < 0)
        note_failure(cache,
                     "The cache folder cannot be opened on the runner's host, so this run begins with an empty one");
    else
        cache->taken = caches_take(cache->caches, cache->script, cache->generation, &cache->kept);
    cache->spec = (struct sandbox_cache){
        .room = cache->kept.about.room, .entries = cache->kept.about.entries, .fill = fill, .context = cache};
}

const struct sandbox_cache *cache_spec(const struct cache *cache)
{
    return cache->script ? &cache->spec : NULL;
}

/* Whether it still counts: it may have been cleared since the run began, and the run may be another's. */
static bool is_wanted(const struct cache *cache, int64_t bytes)
{
    struct execution *execution = cache->execution;
    char generation[NUMBER_TEXT_SIZE], size[NUMBER_TEXT_SIZE];

    return execution_ask(execution, &query_run_keep_cache,
                         DB_VALUES(execution->id, execution->fence, number_text(cache->generation, generation),
                                   number_text(bytes, size))) == OUTCOME_OK;
}

static void note_skipped(const struct cache *cache, size_t skipped)
{
    char *sentence;

    if (skipped == 0)
        return;
    sentence = text_format("%zu %s not kept: only files, folders and links are.", skipped,
                           skipped == 1 ? "entry of /cache was" : "entries of /cache were");
    output_note(cache->output, sentence);
    free(sentence);
}

static void note_too_large(const struct cache *cache)
{
    char *sentence =
        text_format("The cache folder was not kept, because it is too large: it can have %d MB, %d entries "
                    "and %d levels of folders. The next run begins with the one before.",
                    cache->execution->config->cache_mb, ENTRIES_MOST, DEPTH_MOST);

    output_note(cache->output, sentence);
    free(sentence);
}

static void place(struct cache *cache, struct cache_draft *draft, const struct copy_count *count)
{
    const struct config *config = cache->execution->config;

    note_skipped(cache, count->skipped);
    if (!is_wanted(cache, count->bytes))
        return;
    if (caches_place(draft, cache->script) == OUTCOME_FAILED)
        note_failure(cache, "The cache folder could not be kept on the runner's host");
    caches_fit(cache->caches, config->cache_store_mb * MEBIBYTE);
}

void cache_keep(struct cache *cache, const struct sandbox *sandbox)
{
    const struct copy_bounds bounds = cache->script ? bounds_of(cache) : (struct copy_bounds){0};
    struct cache_draft draft;
    struct copy_count count;
    char *name;
    int folder;

    if (cache->caches < 0)
        return;
    name = text_format("%s.%s", cache->execution->id, cache->execution->fence);
    folder = held_entry(sandbox->folder, "cache");
    switch (caches_draft(&draft, cache->caches, name, cache->generation, folder, &bounds, &count)) {
    case OUTCOME_OK: place(cache, &draft, &count); break;
    case OUTCOME_LIMITED: note_too_large(cache); break;
    case OUTCOME_DENIED: break; /* the lease is lost */
    default: note_failure(cache, "The cache folder could not be kept on the runner's host");
    }
    caches_drop(&draft);
    held_close(folder);
    free(name);
}

void cache_close(struct cache *cache)
{
    if (cache->execution) {
        caches_release(&cache->kept);
        if (cache->caches >= 0)
            close(cache->caches);
    }
}
