#include "cron/sandbox/files.h"

#include "base/json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME_MOST 1000
#define DEPTH_MOST 32

/* The kernel itself refuses every way out: links of all kinds, "..", other file systems. A pipe that lies there does
 * not hold the open up. */
static int open_below(const struct sandbox *sandbox, const char *name, unsigned long long flags)
{
    struct open_how how = {
        .flags = O_CLOEXEC | O_NOFOLLOW | flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    int work = openat(sandbox->folder, "work", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int fd = work >= 0 ? (int)syscall(SYS_openat2, work, name, &how, sizeof how) : -1;
    int error = errno;

    if (work >= 0)
        close(work);
    errno = error;
    return fd;
}

/* A command may have closed what it leaves to its own user, who is also ours: that is no reason to lose it. */
static bool unlock(const struct sandbox *sandbox, const char *name)
{
    char path[64];
    struct stat state;
    int fd = open_below(sandbox, name, O_PATH);
    bool unlocked = fd >= 0 && fstat(fd, &state) == 0 && (S_ISDIR(state.st_mode) || S_ISREG(state.st_mode));

    if (unlocked) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        unlocked = chmod(path, (state.st_mode & 07777) | (S_ISDIR(state.st_mode) ? 0700 : 0400)) == 0;
    }
    if (fd >= 0)
        close(fd);
    return unlocked;
}

static int open_unlocked(const struct sandbox *sandbox, const char *name, unsigned long long flags)
{
    int fd = open_below(sandbox, name, flags);

    if (fd < 0 && errno == EACCES && fchmodat(sandbox->folder, "work", 0755, 0) == 0 && unlock(sandbox, name))
        fd = open_below(sandbox, name, flags);
    return fd;
}

enum outcome sandbox_open(const struct sandbox *sandbox, const char *name, int *fd, int64_t *size)
{
    struct stat state;

    *fd = open_unlocked(sandbox, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? OUTCOME_ABSENT : OUTCOME_DENIED;
    if (fstat(*fd, &state) != 0 || !S_ISREG(state.st_mode)) {
        close(*fd);
        *fd = -1;
        return OUTCOME_DENIED;
    }
    *size = state.st_size;
    return OUTCOME_OK;
}

enum outcome sandbox_read(const struct sandbox *sandbox, const char *name, size_t most, struct text *content)
{
    char bytes[16384];
    int64_t size;
    int fd;
    ssize_t count;
    enum outcome outcome = sandbox_open(sandbox, name, &fd, &size);

    if (outcome != OUTCOME_OK)
        return outcome;
    if (size > (int64_t)most)
        outcome = OUTCOME_LIMITED;
    while (outcome == OUTCOME_OK && (count = read(fd, bytes, sizeof bytes)) > 0)
        text_add_bytes(content, bytes, (size_t)count);
    close(fd);
    return outcome;
}

struct walk {
    const struct sandbox *sandbox;
    bool (*visit)(void *context, const char *name, int64_t size);
    void *context;
    size_t passed_over;
    bool is_folder; /* the first */
};

static bool is_plain(const char *name)
{
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return utf8_is_valid(name, strlen(name));
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool walk(struct walk *walk, const char *folder, int depth);

static bool walk_entry(struct walk *walk_state, const char *folder, const char *name, int depth)
{
    char path[NAME_MOST + 1];
    struct stat state;
    int64_t size;
    int fd;
    bool going = true;

    if (!is_plain(name) || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
        walk_state->passed_over++;
        return true;
    }
    fd = open_below(walk_state->sandbox, path, O_PATH);
    if (fd >= 0 && fstat(fd, &state) == 0 && S_ISDIR(state.st_mode)) {
        close(fd);
        return walk(walk_state, path, depth + 1);
    }
    if (fd >= 0)
        close(fd);
    if (sandbox_open(walk_state->sandbox, path, &fd, &size) == OUTCOME_OK) {
        close(fd);
        going = walk_state->visit(walk_state->context, path, size);
    } else {
        walk_state->passed_over++;
    }
    return going;
}

static bool walk(struct walk *walk_state, const char *folder, int depth)
{
    struct dirent **entries = NULL;
    int fd = depth <= DEPTH_MOST ? open_unlocked(walk_state->sandbox, folder, O_RDONLY | O_DIRECTORY) : -1;
    int count = fd >= 0 ? scandirat(fd, ".", &entries, is_entry, alphasort) : -1;
    bool going = true;

    if (count < 0 && depth > 0)
        walk_state->passed_over++;
    else if (count < 0 && errno != ENOENT)
        walk_state->is_folder = false;
    for (int i = 0; i < count; i++) {
        going = going && walk_entry(walk_state, folder, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    if (fd >= 0)
        close(fd);
    return going;
}

bool sandbox_each(const struct sandbox *sandbox, const char *folder,
                  bool (*visit)(void *context, const char *name, int64_t size), void *context, size_t *passed_over)
{
    struct walk state = {sandbox, visit, context, 0, true};

    walk(&state, folder, 0);
    *passed_over = state.passed_over;
    return state.is_folder;
}
