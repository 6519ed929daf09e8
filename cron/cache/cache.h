/* The folder /cache that the runs of a script share: a copy of what the last run that succeeded has left, in memory,
 * and what this one leaves when it succeeds, too. Each host has its own. */
#ifndef COAGENT_CACHE_CACHE_H
#define COAGENT_CACHE_CACHE_H

#include "cron/cache/caches.h"
#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/facts.h"
#include "cron/script/output.h"

struct cache {
    struct execution *execution;
    struct output *output; /* for what has to be noted */
    const char *script;    /* NULL: it has none */
    long long generation;
    int caches;
    bool taken; /* there is something to begin with */
    struct cache_kept kept;
    struct sandbox_cache spec;
};

/* Of a run that begins. What could not be had is noted in the output, and the run begins with an empty one. */
void cache_open(struct cache *cache, struct execution *execution, const struct script_facts *facts,
                struct output *output);

/* For the sandbox; NULL: none. */
const struct sandbox_cache *cache_spec(const struct cache *cache);

/* Of a run that has succeeded: keeps what it has left for the next one. */
void cache_keep(struct cache *cache, const struct sandbox *sandbox);

/* Also one that was zeroed. */
void cache_close(struct cache *cache);

#endif
