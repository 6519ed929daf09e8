#include "cron/store/remove.h"

#include "cron/store/held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 128 /* of folders, each of which holds two descriptors: more than any copy may have */

struct removal {
    bool (*go_on)(void *context); /* or NULL */
    void *context;
};

static enum outcome remove_entry(const struct removal *removal, int folder, const char *name, int depth);

/* One look at a folder: how many entries went. */
static enum outcome remove_names(const struct removal *removal, DIR *names, int depth, size_t *removed)
{
    enum outcome outcome = OUTCOME_OK;
    const struct dirent *found;

    *removed = 0;
    rewinddir(names);
    while ((outcome == OUTCOME_OK || outcome == OUTCOME_ABSENT) && (errno = 0, found = readdir(names))) {
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        outcome = remove_entry(removal, dirfd(names), found->d_name, depth);
        *removed += outcome == OUTCOME_OK;
    }
    if (outcome == OUTCOME_ABSENT)
        outcome = OUTCOME_OK;
    return outcome == OUTCOME_OK && errno != 0 ? OUTCOME_FAILED : outcome;
}

/* A file system may skip names while others go: what is left is found by another look. */
static enum outcome empty_folder(const struct removal *removal, int path, int depth)
{
    int fd = held_open(path, S_IRWXU, O_DIRECTORY);
    DIR *names = fd >= 0 ? fdopendir(fd) : NULL;
    enum outcome outcome = OUTCOME_FAILED;
    size_t removed;
    int error;

    if (!names) {
        held_close(fd);
        return OUTCOME_FAILED;
    }
    do {
        outcome = remove_names(removal, names, depth, &removed);
    } while (outcome == OUTCOME_OK && removed > 0);
    error = errno;
    closedir(names);
    errno = error;
    return outcome;
}

static enum outcome remove_folder(const struct removal *removal, int folder, const char *name, int depth)
{
    int path = held_entry(folder, name);
    enum outcome outcome = OUTCOME_FAILED;

    if (path < 0)
        return errno == ENOENT ? OUTCOME_ABSENT : OUTCOME_FAILED;
    if (depth < DEPTH_MOST)
        outcome = empty_folder(removal, path, depth + 1);
    else
        errno = ELOOP;
    if (outcome == OUTCOME_OK && unlinkat(folder, name, AT_REMOVEDIR) != 0)
        outcome = errno == ENOENT ? OUTCOME_ABSENT : OUTCOME_FAILED;
    held_close(path);
    return outcome;
}

static enum outcome remove_entry(const struct removal *removal, int folder, const char *name, int depth)
{
    if (removal->go_on && !removal->go_on(removal->context))
        return OUTCOME_DENIED;
    if (unlinkat(folder, name, 0) == 0)
        return OUTCOME_OK;
    if (errno == ENOENT)
        return OUTCOME_ABSENT;
    return errno == EISDIR || errno == EPERM ? remove_folder(removal, folder, name, depth) : OUTCOME_FAILED;
}

enum outcome remove_tree(int folder, const char *name)
{
    return remove_some(folder, name, NULL, NULL);
}

enum outcome remove_some(int folder, const char *name, bool (*go_on)(void *context), void *context)
{
    const struct removal removal = {go_on, context};

    return remove_entry(&removal, folder, name, 0);
}

enum outcome remove_content(int folder)
{
    const struct removal removal = {NULL, NULL};

    return empty_folder(&removal, folder, 0);
}
