/* The packages that are kept on this host, each tree under the key of its needs, in STATE_DIR/dependencies: the folder
 * KEY, and KEY.lock, whose lock says who uses it (shared) or installs it (exclusive), whose time when it was used last,
 * and whose text how many bytes it has. What is not complete is named .new-KEY, what is being removed .old-KEY. The
 * locks are the kernel's: they end with the process that holds them, however it ends. */
#ifndef COAGENT_DEPENDENCIES_STORE_H
#define COAGENT_DEPENDENCIES_STORE_H

#include "base/config.h"
#include "base/outcome.h"
#include "base/text.h"
#include "cron/dependencies/needs.h"
#include "cron/store/copy.h"

#include <stdint.h>

struct store {
    char *path; /* owned */
    int folder;
    int64_t most_bytes;   /* of all trees */
    int64_t most_seconds; /* without use */
};

/* A tree, or the right to make it, for as long as it is held. */
struct store_tree {
    const struct store *store;
    char key[NEEDS_KEY_SIZE];
    int lock; /* -1: not held */
};

/* Opens the store, which is made at its first use. FAILED, with why a sentence for users. store_close must follow. */
enum outcome store_open(struct store *store, const struct config *config, struct text *why);

/* Opens it if there is one: else ABSENT, or FAILED with errno. */
enum outcome store_find(struct store *store, const struct config *config);
void store_close(struct store *store);

/* OK: the tree is there, and stays until store_let_go. ABSENT: it is not, and the caller is to make it; everybody else
 * waits until store_let_go. BUSY: somebody else makes it. FAILED: errno says why. Never waits. */
enum outcome store_take(const struct store *store, const char *key, struct store_tree *tree);

/* After ABSENT: keeps a copy of what is in the folder from, all of it or nothing. Trees that were used longest ago go
 * where there is no room. LIMITED: there is none, since those that are left are in use, or there is more than the
 * bounds allow; DENIED: the bounds' go_on said no; FAILED: errno says why. */
enum outcome store_keep(const struct store_tree *tree, int from, struct copy_bounds bounds);

void store_let_go(struct store_tree *tree);

/* The path of the tree on the host; the caller frees it. */
char *store_path(const struct store_tree *tree);

/* Who is asked before each file is removed; false: the rest is the next sweep's. */
struct store_pace {
    bool (*go_on)(void *context); /* NULL: nobody */
    void *context;
};

/* Removes trees that nobody has used for too long, those that are too many, and what dead installers left, but nothing
 * that is in use. About one tree a call: OK with removed 0 when there is nothing left to do; DENIED: go_on said no. */
enum outcome store_sweep(const struct store *store, const struct store_pace *pace, long long *removed);

#endif
