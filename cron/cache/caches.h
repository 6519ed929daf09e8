/* The cache folders of scripts that this host keeps: in STATE_DIR/caches, for each script a folder of its id with the
 * folder "files" and the file "about". What is put there takes the place of the one before as a whole, by one rename.
 * Who reads one has a lock on it (flock), without which it is not removed. A name that begins with a dot is one that is
 * being made, or that another has replaced. */
#ifndef COAGENT_CACHE_CACHES_H
#define COAGENT_CACHE_CACHES_H

#include "base/config.h"
#include "base/outcome.h"
#include "cron/store/copy.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* PostgreSQL counts the generations of a script's cache: what was kept of another than the present counts for nothing,
 * and so does what was kept before the machine was started.
 */
struct cache_about {
    long long generation;
    int64_t room; /* as struct copy_count */
    size_t entries;
};

/* One that is read, and stays as it is until it is released. */
struct cache_kept {
    struct cache_about about;
    int folder; /* locked */
    int files;  /* the folder of what is in it */
};

/* One that is being made. */
struct cache_draft {
    int caches;
    char name[80];
    struct cache_about about;
    int folder; /* locked */
};

/* The descriptor of the folder with all of them, which is made when it is not there; -1, with errno. */
int caches_open(const struct config *config);

/* Takes what is kept of a script in this generation; false: nothing. Its age begins anew. */
bool caches_take(int caches, const char *script, long long generation, struct cache_kept *kept);
void caches_release(struct cache_kept *kept);

/* Makes one of this generation from what is in the folder from. name is its own among all
 * that are being made. Outcomes are copy_tree's; caches_drop must follow in any case. */
enum outcome caches_draft(struct cache_draft *draft, int caches, const char *name, long long generation, int from,
                          const struct copy_bounds *bounds, struct copy_count *count);

/* Puts it in the place of what is kept of the script. CONFLICT: that is of a later generation; FAILED: errno says why.
 */
enum outcome caches_place(struct cache_draft *draft, const char *script);

/* Removes what was not placed, or what it has replaced. */
void caches_drop(struct cache_draft *draft);

/* Takes what is kept of a script out of sight, and removes it unless somebody reads it. */
void caches_remove(int caches, const char *script);

/* Removes the least recently used until all together take no more than most bytes. Answers how many went. */
size_t caches_fit(int caches, int64_t most);

/* Calls visit for each script of which something is kept, until it answers false, and removes what processes have left
 * that were killed. used: the last time. */
void caches_each(int caches,
                 bool (*visit)(void *context, const char *script, const struct cache_about *about, time_t used),
                 void *context);

#endif
