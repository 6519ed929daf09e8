/* Copies a tree that a user code has made, between the file system of a sandbox and the runner's own folders.
 *
 * Only what lies below the given folder is ever read, whatever the tree holds and however it changes meanwhile:
 * symbolic links are copied as they are and never followed, and mounts are not entered. */
#ifndef COAGENT_STORE_COPY_H
#define COAGENT_STORE_COPY_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much a copy may be, and who is asked on the way. */
struct copy_bounds {
    int64_t bytes;                /* of all files, and of the targets of links */
    size_t entries;               /* files, folders and links, and what is skipped */
    int depth;                    /* of folders; 1: only what is in the given one. Each level holds four descriptors */
    bool (*go_on)(void *context); /* called after each entry and each 128 KB; false ends the copy. NULL: nobody */
    void *context;
};

/* What was copied, also after a copy that came to no good end. */
struct copy_count {
    int64_t bytes;
    int64_t room; /* the bytes that it takes in a file system in memory: whole pages */
    size_t entries;
    size_t skipped; /* devices, pipes, sockets, and what is another user's and closed to this one */
};

/* Copies what is in the folder from into the empty folder to. Both are descriptors of folders, from perhaps one of
 * O_PATH. Modes become 0755 for folders and for files that their owner may execute, and 0644 for others; the times of
 * modification stay. What its mode closes to this user, who owns it, is opened: the mode changes in from.
 *
 * LIMITED: there is more than the bounds allow; DENIED: go_on said no; FAILED: errno says why (EEXIST, too, when an
 * entry was made anew meanwhile and so found twice). What was copied until then stays in to. */
enum outcome copy_tree(int from, int to, const struct copy_bounds *bounds, struct copy_count *count);

#endif
