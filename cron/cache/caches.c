#include "cron/cache/caches.h"

#include "base/number.h"
#include "base/token.h"
#include "cron/store/held.h"
#include "cron/store/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES "files"
#define ABOUT "about"
#define TRIES 5              /* when others put something in the same place meanwhile */
#define LEFT_SECONDS 60      /* after which a hidden folder without a lock is of a dead process */
#define NAME_BYTES UUID_SIZE /* of a script's folder */
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static void forget(int *fd)
{
    held_close(*fd);
    *fd = -1;
}

int caches_open(const struct config *config)
{
    char *path = text_format("%s/caches", config->state_dir);
    int folder = mkdir(path, 0700) == 0 || errno == EEXIST ? open(path, FOLDER_FLAGS) : -1;

    free(path);
    return folder;
}

/* Differs after each start of the machine; "" where that cannot be known. Read once. */
static const char *boot_id(void)
{
    static char boot[UUID_SIZE];
    int fd = boot[0] ? -1 : open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, boot, sizeof boot - 1) < 0)
        boot[0] = '\0';
    held_close(fd);
    return boot;
}

static bool write_about(int folder, const struct cache_about *about)
{
    int fd = openat(folder, ABOUT, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written;

    written = fd >= 0 && dprintf(fd, "%lld %lld %zu %s\n", about->generation, (long long)about->room, about->entries,
                                 boot_id()) > 0;
    held_close(fd);
    return written;
}

/* used: when it was used last; it is now, if touch says so. */
static bool read_about(int folder, struct cache_about *about, time_t *used, bool touch)
{
    char line[100] = "";
    char *rest = line;
    struct stat state = {.st_mtim.tv_sec = 0};
    int fd = openat(folder, ABOUT, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const char *boot = boot_id();
    bool found = fd >= 0 && read(fd, line, sizeof line - 1) > 0 && fstat(fd, &state) == 0;

    about->generation = strtoll(rest, &rest, 10);
    about->room = strtoll(rest, &rest, 10);
    about->entries = (size_t)strtoull(rest, &rest, 10);
    *used = state.st_mtim.tv_sec;
    if (touch && found)
        futimens(fd, NULL);
    held_close(fd);
    return found && *rest == ' ' && strncmp(rest + 1, boot, strlen(boot)) == 0 && rest[1 + strlen(boot)] == '\n';
}

/* Whether a name still leads to the folder that is open. */
static bool is_still(int caches, const char *name, int folder)
{
    struct stat there, here;

    return fstatat(caches, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && fstat(folder, &here) == 0 &&
           there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

/* A lock on what was replaced while it was asked for is of no use: it may be removed by then. */
static int lock_kept(int caches, const char *script)
{
    for (int i = 0; i < TRIES; i++) {
        int folder = openat(caches, script, FOLDER_FLAGS);

        if (folder < 0)
            return -1;
        if (flock(folder, LOCK_SH) == 0 && is_still(caches, script, folder))
            return folder;
        close(folder);
    }
    return -1;
}

bool caches_take(int caches, const char *script, long long generation, struct cache_kept *kept)
{
    time_t used;

    *kept = (struct cache_kept){.folder = lock_kept(caches, script), .files = -1};
    if (kept->folder >= 0 && read_about(kept->folder, &kept->about, &used, true) &&
        kept->about.generation == generation)
        kept->files = openat(kept->folder, FILES, FOLDER_FLAGS);
    if (kept->files >= 0)
        return true;
    caches_release(kept);
    return false;
}

void caches_release(struct cache_kept *kept)
{
    forget(&kept->files);
    forget(&kept->folder);
}

/* Nobody finds it by its name any more, so once nobody has a lock, nobody gets one. */
static void drop_hidden(int caches, const char *name)
{
    int folder = openat(caches, name, FOLDER_FLAGS);

    if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0)
        remove_tree(caches, name);
    held_close(folder);
}

/* Nothing waits for the disk: to bring thousands of files there can take longer than a lease. After a crash of the
 * machine some may be empty, so what was kept before it started counts for nothing. */
static enum outcome fill_draft(struct cache_draft *draft, int from, const struct copy_bounds *bounds,
                               struct copy_count *count)
{
    int files = mkdirat(draft->folder, FILES, 0700) == 0 ? openat(draft->folder, FILES, FOLDER_FLAGS) : -1;
    enum outcome outcome = files >= 0 ? copy_tree(from, files, bounds, count) : OUTCOME_FAILED;

    held_close(files);
    if (outcome != OUTCOME_OK)
        return outcome;
    draft->about.room = count->room;
    draft->about.entries = count->entries;
    return write_about(draft->folder, &draft->about) ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome caches_draft(struct cache_draft *draft, int caches, const char *name, long long generation, int from,
                          const struct copy_bounds *bounds, struct copy_count *count)
{
    *draft = (struct cache_draft){.caches = caches, .about.generation = generation, .folder = -1};
    *count = (struct copy_count){0};
    snprintf(draft->name, sizeof draft->name, ".%s", name);
    if (mkdirat(caches, draft->name, 0700) == 0)
        draft->folder = openat(caches, draft->name, FOLDER_FLAGS);
    if (draft->folder < 0 || flock(draft->folder, LOCK_SH | LOCK_NB) != 0)
        return OUTCOME_FAILED;
    return fill_draft(draft, from, bounds, count);
}

static bool is_later(int caches, const char *script, long long generation)
{
    int folder = openat(caches, script, FOLDER_FLAGS);
    struct cache_about about;
    time_t used;
    bool later = folder >= 0 && read_about(folder, &about, &used, false) && about.generation > generation;

    held_close(folder);
    return later;
}

enum outcome caches_place(struct cache_draft *draft, const char *script)
{
    const int caches = draft->caches;

    if (is_later(caches, script, draft->about.generation))
        return OUTCOME_CONFLICT;
    for (int i = 0; i < TRIES; i++) {
        if (renameat2(caches, draft->name, caches, script, RENAME_NOREPLACE) == 0) {
            draft->name[0] = '\0';
            return OUTCOME_OK;
        }
        if (errno != EEXIST)
            return OUTCOME_FAILED;
        if (renameat2(caches, draft->name, caches, script, RENAME_EXCHANGE) == 0)
            return OUTCOME_OK;
        if (errno != ENOENT)
            return OUTCOME_FAILED;
    }
    return OUTCOME_FAILED;
}

void caches_drop(struct cache_draft *draft)
{
    forget(&draft->folder);
    if (draft->name[0])
        drop_hidden(draft->caches, draft->name);
    draft->name[0] = '\0';
}

void caches_remove(int caches, const char *script)
{
    char hidden[80];

    snprintf(hidden, sizeof hidden, ".%s.%d", script, (int)getpid());
    if (renameat2(caches, script, caches, hidden, RENAME_NOREPLACE) == 0)
        drop_hidden(caches, hidden);
}

static void sweep_hidden(int caches, const char *name)
{
    struct stat state;

    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && fstatat(caches, name, &state, AT_SYMLINK_NOFOLLOW) == 0 &&
        time(NULL) - state.st_mtim.tv_sec >= LEFT_SECONDS)
        drop_hidden(caches, name);
}

static bool visit_kept(int caches, const char *name,
                       bool (*visit)(void *context, const char *script, const struct cache_about *about, time_t used),
                       void *context)
{
    int folder = openat(caches, name, FOLDER_FLAGS);
    struct cache_about about = {.generation = -1};
    time_t used = 0;
    bool going = true;

    if (folder >= 0) {
        if (!read_about(folder, &about, &used, false))
            about = (struct cache_about){.generation = -1};
        going = visit(context, name, &about, used);
    }
    held_close(folder);
    return going;
}

void caches_each(int caches,
                 bool (*visit)(void *context, const char *script, const struct cache_about *about, time_t used),
                 void *context)
{
    int fd = openat(caches, ".", FOLDER_FLAGS);
    DIR *names = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *found;
    bool going = true;

    if (!names) {
        held_close(fd);
        return;
    }
    while (going && (found = readdir(names))) {
        if (found->d_name[0] == '.')
            sweep_hidden(caches, found->d_name);
        else if (uuid_is_valid(found->d_name))
            going = visit_kept(caches, found->d_name, visit, context);
    }
    closedir(names);
}

struct sized {
    char script[NAME_BYTES];
    int64_t room;
    time_t used;
};

struct sizes {
    struct sized *items;
    size_t count, capacity;
    int64_t sum;
};

static bool take_size(void *context, const char *script, const struct cache_about *about, time_t used)
{
    struct sizes *sizes = context;

    if (sizes->count == sizes->capacity) {
        sizes->capacity = sizes->capacity ? 2 * sizes->capacity : 64;
        sizes->items = reallocarray(sizes->items, sizes->capacity, sizeof *sizes->items);
        if (!sizes->items)
            abort();
    }
    sizes->items[sizes->count] = (struct sized){.room = about->room, .used = used};
    snprintf(sizes->items[sizes->count++].script, NAME_BYTES, "%s", script);
    sizes->sum += about->room;
    return true;
}

static int by_use(const void *a, const void *b)
{
    const struct sized *one = a, *other = b;

    return one->used < other->used ? -1 : one->used > other->used;
}

size_t caches_fit(int caches, int64_t most)
{
    struct sizes sizes = {NULL, 0, 0, 0};
    size_t gone = 0;

    caches_each(caches, take_size, &sizes);
    if (sizes.items)
        qsort(sizes.items, sizes.count, sizeof *sizes.items, by_use);
    while (sizes.items && sizes.sum > most && gone < sizes.count) {
        caches_remove(caches, sizes.items[gone].script);
        sizes.sum -= sizes.items[gone++].room;
    }
    free(sizes.items);
    return gone;
}
