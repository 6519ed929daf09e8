#include "cron/store/copy.h"

#include "cron/store/held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)128 * 1024)
#define PAGE 4096
#define SHORT_LINK 128 /* a shorter one takes no page of its own */

struct copy {
    const struct copy_bounds *bounds;
    struct copy_count *count;
    char *buffer; /* CHUNK_BYTES */
};

/* An entry, held by a descriptor that only names it: what it is cannot change any more. */
struct entry {
    const char *name;
    int path; /* O_PATH */
    struct stat state;
};

static enum outcome go_on(const struct copy *copy)
{
    const struct copy_bounds *bounds = copy->bounds;

    return !bounds->go_on || bounds->go_on(bounds->context) ? OUTCOME_OK : OUTCOME_DENIED;
}

static enum outcome take_bytes(struct copy *copy, size_t bytes)
{
    if ((int64_t)bytes > copy->bounds->bytes - copy->count->bytes)
        return OUTCOME_LIMITED;
    copy->count->bytes += (int64_t)bytes;
    return OUTCOME_OK;
}

static enum outcome take_entry(struct copy *copy)
{
    if (copy->count->entries + copy->count->skipped >= copy->bounds->entries)
        return OUTCOME_LIMITED;
    return go_on(copy);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* A file that grows meanwhile ends at the bounds. */
static enum outcome pass_bytes(struct copy *copy, int from, int to)
{
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK) {
        ssize_t length = read(from, copy->buffer, CHUNK_BYTES);

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return length == 0 ? OUTCOME_OK : OUTCOME_FAILED;
        outcome = take_bytes(copy, (size_t)length);
        if (outcome == OUTCOME_OK && !write_all(to, copy->buffer, (size_t)length))
            outcome = OUTCOME_FAILED;
        if (outcome == OUTCOME_OK)
            outcome = go_on(copy);
    }
    return outcome;
}

/* Whatever the umask is. The time that somebody reads what is copied counts for nothing. */
static bool dress(int fd, mode_t mode, const struct stat *state)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, state->st_mtim};

    return fchmod(fd, mode) == 0 && futimens(fd, times) == 0;
}

/* An entry that could not be opened: one that is closed to this user, or mounted there, is skipped, and one that is
 * gone again was never there. */
static enum outcome do_without(struct copy *copy)
{
    if (errno == ENOENT)
        return OUTCOME_OK;
    if (errno != EACCES && errno != EPERM && errno != EXDEV)
        return OUTCOME_FAILED;
    copy->count->skipped++;
    return OUTCOME_OK;
}

static enum outcome copy_file(struct copy *copy, const struct entry *entry, int to)
{
    mode_t mode = entry->state.st_mode & S_IXUSR ? 0755 : 0644;
    int source = held_open(entry->path, S_IRUSR, 0);
    int64_t before = copy->count->bytes;
    enum outcome outcome = OUTCOME_FAILED;
    int made = -1;

    if (source < 0)
        return do_without(copy);
    copy->count->entries++;
    made = openat(to, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (made >= 0)
        outcome = pass_bytes(copy, source, made);
    if (outcome == OUTCOME_OK && !dress(made, mode, &entry->state))
        outcome = OUTCOME_FAILED;
    copy->count->room += (copy->count->bytes - before + PAGE - 1) / PAGE * PAGE;
    held_close(source);
    held_close(made);
    return outcome;
}

static enum outcome copy_link(struct copy *copy, const struct entry *entry, int to)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(entry->path, "", target, sizeof target - 1);
    enum outcome outcome;

    if (length < 0)
        return OUTCOME_FAILED;
    target[length] = '\0';
    outcome = take_bytes(copy, (size_t)length);
    if (outcome == OUTCOME_OK && symlinkat(target, to, entry->name) != 0)
        outcome = OUTCOME_FAILED;
    copy->count->entries += outcome == OUTCOME_OK;
    copy->count->room += length >= SHORT_LINK ? PAGE : 0;
    return outcome;
}

static enum outcome copy_folder(struct copy *copy, int path, int to, int depth);

static enum outcome copy_below(struct copy *copy, const struct entry *entry, int to, int depth)
{
    enum outcome outcome = OUTCOME_FAILED;
    int made = -1;

    if (depth >= copy->bounds->depth)
        return OUTCOME_LIMITED;
    copy->count->entries++;
    if (mkdirat(to, entry->name, 0700) == 0)
        made = openat(to, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made >= 0)
        outcome = copy_folder(copy, entry->path, made, depth + 1);
    if (outcome == OUTCOME_OK && !dress(made, 0755, &entry->state))
        outcome = OUTCOME_FAILED;
    held_close(made);
    return outcome;
}

static enum outcome copy_entry(struct copy *copy, int from, const char *name, int to, int depth)
{
    struct entry entry = {.name = name, .path = held_entry(from, name)};
    enum outcome outcome = OUTCOME_FAILED;

    if (entry.path < 0)
        return do_without(copy);
    if (fstat(entry.path, &entry.state) == 0) {
        switch (entry.state.st_mode & S_IFMT) {
        case S_IFREG: outcome = copy_file(copy, &entry, to); break;
        case S_IFLNK: outcome = copy_link(copy, &entry, to); break;
        case S_IFDIR: outcome = copy_below(copy, &entry, to, depth); break;
        default: copy->count->skipped++; outcome = OUTCOME_OK;
        }
    }
    held_close(entry.path);
    return outcome;
}

/* Names come one at a time: a folder with more of them than memory has place for ends at the bounds. */
static enum outcome copy_names(struct copy *copy, DIR *names, int to, int depth)
{
    enum outcome outcome = OUTCOME_OK;

    while (outcome == OUTCOME_OK) {
        const struct dirent *found;

        errno = 0;
        found = readdir(names);
        if (!found)
            return errno == 0 ? OUTCOME_OK : OUTCOME_FAILED;
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        outcome = take_entry(copy);
        if (outcome == OUTCOME_OK)
            outcome = copy_entry(copy, dirfd(names), found->d_name, to, depth);
    }
    return outcome;
}

static enum outcome copy_folder(struct copy *copy, int path, int to, int depth)
{
    int from = held_open(path, S_IRUSR | S_IXUSR, O_DIRECTORY);
    DIR *names = from >= 0 ? fdopendir(from) : NULL;
    enum outcome outcome;
    int error;

    if (!names) {
        held_close(from);
        return depth > 1 ? do_without(copy) : OUTCOME_FAILED;
    }
    outcome = copy_names(copy, names, to, depth);
    error = errno;
    closedir(names);
    errno = error;
    return outcome;
}

enum outcome copy_tree(int from, int to, const struct copy_bounds *bounds, struct copy_count *count)
{
    struct copy copy = {.bounds = bounds, .count = count, .buffer = malloc(CHUNK_BYTES)};
    enum outcome outcome;

    *count = (struct copy_count){0};
    if (!copy.buffer)
        abort();
    outcome = copy_folder(&copy, from, to, 1);
    free(copy.buffer);
    return outcome;
}
