#include "cron/dependencies/store.h"

#include "base/libraries.h"
#include "base/log.h"
#include "base/number.h"
#include "cron/store/held.h"
#include "cron/store/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DAY_SECONDS 86400LL
#define MEBIBYTE (1024LL * 1024)
#define NAME_SIZE (NEEDS_KEY_SIZE + 8)
#define BLOCK 4096 /* of the disk, which each entry takes besides its bytes */
#define SYNC_MS 20

enum outcome store_find(struct store *store, const struct config *config)
{
    *store = (struct store){.path = text_format("%s/dependencies", config->state_dir),
                            .folder = -1,
                            .most_bytes = config->dependencies_store_mb * MEBIBYTE,
                            .most_seconds = config->dependencies_days * DAY_SECONDS};
    store->folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return store->folder >= 0 ? OUTCOME_OK : errno == ENOENT ? OUTCOME_ABSENT : OUTCOME_FAILED;
}

enum outcome store_open(struct store *store, const struct config *config, struct text *why)
{
    enum outcome outcome = store_find(store, config);

    if (outcome == OUTCOME_ABSENT && (mkdir(store->path, 0700) == 0 || errno == EEXIST)) /* another was faster */
        store->folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder >= 0)
        return OUTCOME_OK;
    text_add_format(why, "Packages cannot be stored on the runner's host: %s (STATE_DIR).", strerror(errno));
    log_error("packages cannot be stored in %s: %s", store->path, strerror(errno));
    return OUTCOME_FAILED;
}

void store_close(struct store *store)
{
    if (store->folder >= 0)
        close(store->folder);
    free(store->path);
    *store = (struct store){.folder = -1};
}

static const char *named(char name[NAME_SIZE], const char *before, const char *key, const char *after)
{
    snprintf(name, NAME_SIZE, "%s%s%s", before, key, after);
    return name;
}

/* The lock of a key, or -1 with EWOULDBLOCK. A file that was removed between its opening and its locking locks nothing.
 */
static int take_lock(int folder, const char *key, int operation)
{
    char name[NAME_SIZE];
    struct stat held, there;

    named(name, "", key, ".lock");
    for (;;) {
        int fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0)
            return -1;
        if (flock(fd, operation | LOCK_NB) != 0) {
            held_close(fd);
            return -1;
        }
        if (fstat(fd, &held) == 0 && fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
            held.st_ino == there.st_ino)
            return fd;
        close(fd);
    }
}

static bool has_tree(int folder, const char *key)
{
    struct stat tree;

    return fstatat(folder, key, &tree, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(tree.st_mode);
}

static enum outcome hold(struct store_tree *tree, int lock, enum outcome outcome)
{
    tree->lock = lock;
    if (outcome == OUTCOME_OK)
        futimens(lock, NULL);
    return outcome;
}

static enum outcome refuse(void)
{
    return errno == EWOULDBLOCK ? OUTCOME_BUSY : OUTCOME_FAILED;
}

enum outcome store_take(const struct store *store, const char *key, struct store_tree *tree)
{
    int lock;

    *tree = (struct store_tree){.store = store, .lock = -1};
    snprintf(tree->key, sizeof tree->key, "%s", key);
    if ((lock = take_lock(store->folder, key, LOCK_SH)) < 0)
        return refuse();
    if (has_tree(store->folder, key))
        return hold(tree, lock, OUTCOME_OK);
    close(lock);
    if ((lock = take_lock(store->folder, key, LOCK_EX)) < 0)
        return refuse();
    if (!has_tree(store->folder, key))
        return hold(tree, lock, OUTCOME_ABSENT);
    close(lock); /* made since the first look; whoever asks again finds it */
    return OUTCOME_BUSY;
}

void store_let_go(struct store_tree *tree)
{
    if (tree->lock >= 0)
        close(tree->lock);
    tree->lock = -1;
}

char *store_path(const struct store_tree *tree)
{
    return text_format("%s/%s", tree->store->path, tree->key);
}

/* A tree or the rest of one, as its lock's file says. */
struct kept {
    char key[NEEDS_KEY_SIZE];
    int64_t bytes;
    struct timespec used_at;
};

struct listing {
    struct kept *kept; /* those used longest ago first */
    size_t count;
    int64_t bytes;
};

static bool is_key(const char *name, size_t length)
{
    return length == NEEDS_KEY_SIZE - 1 && strspn(name, "0123456789abcdef") >= length;
}

static int64_t read_bytes(int folder, const char *name)
{
    char text[NUMBER_TEXT_SIZE] = "";
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    long long bytes = 0;

    held_close(fd);
    text[length > 0 ? length : 0] = '\0';
    return number_parse(text, 0, INT64_MAX / 2, &bytes) == OUTCOME_OK ? bytes : 0;
}

static void list_one(struct listing *listing, int folder, const char *name)
{
    struct stat lock;
    struct kept *kept;

    if (fstatat(folder, name, &lock, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    listing->kept = reallocarray(listing->kept, listing->count + 1, sizeof *listing->kept);
    if (!listing->kept)
        abort();
    kept = &listing->kept[listing->count++];
    *kept = (struct kept){.bytes = read_bytes(folder, name), .used_at = lock.st_mtim};
    memcpy(kept->key, name, NEEDS_KEY_SIZE - 1);
    listing->bytes += kept->bytes;
}

static int by_use(const void *a, const void *b)
{
    const struct kept *one = a, *other = b;

    if (one->used_at.tv_sec != other->used_at.tv_sec)
        return one->used_at.tv_sec < other->used_at.tv_sec ? -1 : 1;
    return one->used_at.tv_nsec < other->used_at.tv_nsec ? -1 : one->used_at.tv_nsec > other->used_at.tv_nsec;
}

/* The names in the folder, one at a time; NULL at the end. */
static DIR *open_names(const struct store *store)
{
    int fd = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd >= 0 ? fdopendir(fd) : NULL;

    if (!names)
        held_close(fd);
    return names;
}

static bool list_kept(const struct store *store, struct listing *listing)
{
    DIR *names = open_names(store);
    const struct dirent *found;

    *listing = (struct listing){0};
    if (!names)
        return false;
    while ((found = readdir(names))) {
        const char *dot = strchr(found->d_name, '.');

        if (dot && strcmp(dot, ".lock") == 0 && is_key(found->d_name, (size_t)(dot - found->d_name)))
            list_one(listing, store->folder, found->d_name);
    }
    closedir(names);
    if (listing->count > 1)
        qsort(listing->kept, listing->count, sizeof *listing->kept, by_use);
    return true;
}

/* Whether nobody has used it since it was listed. */
static bool is_as_listed(const struct kept *kept, int lock)
{
    struct stat now;

    return fstat(lock, &now) == 0 && now.st_mtim.tv_sec == kept->used_at.tv_sec &&
           now.st_mtim.tv_nsec == kept->used_at.tv_nsec;
}

/* The tree is out of everybody's sight before the first of its files goes, and the rest of it is a sweep's. BUSY: it is
 * in use, or was meanwhile. */
static enum outcome remove_kept(const struct store *store, const struct kept *kept, const struct store_pace *pace)
{
    const char *key = kept->key;
    char old[NAME_SIZE], name[NAME_SIZE];
    int lock = take_lock(store->folder, key, LOCK_EX);
    enum outcome outcome;

    if (lock < 0)
        return refuse();
    if (!is_as_listed(kept, lock)) {
        close(lock);
        return OUTCOME_BUSY;
    }
    if (renameat(store->folder, key, store->folder, named(old, ".old-", key, "")) != 0 && errno != ENOENT) {
        outcome = errno == ENOTEMPTY || errno == EEXIST ? OUTCOME_BUSY : OUTCOME_FAILED; /* another one's rest */
        held_close(lock);
        return outcome;
    }
    unlinkat(store->folder, named(name, "", key, ".lock"), 0);
    close(lock);
    outcome = remove_some(store->folder, old, pace->go_on, pace->context);
    return outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
}

/* Removes the first that may go until no more than most bytes are left: LIMITED when more are, all of them in use. */
static enum outcome make_room(const struct store *store, int64_t most, const struct store_pace *pace,
                              long long *removed)
{
    struct listing listing;
    enum outcome outcome = OUTCOME_OK;

    if (!list_kept(store, &listing))
        return OUTCOME_FAILED;
    for (size_t i = 0; i < listing.count && outcome == OUTCOME_OK && listing.bytes > most; i++) {
        outcome = listing.kept[i].bytes > 0 ? remove_kept(store, &listing.kept[i], pace) : OUTCOME_BUSY;
        if (outcome == OUTCOME_OK) {
            listing.bytes -= listing.kept[i].bytes;
            (*removed)++;
        } else if (outcome == OUTCOME_BUSY) {
            outcome = OUTCOME_OK;
        }
    }
    if (outcome == OUTCOME_OK && listing.bytes > most)
        outcome = OUTCOME_LIMITED;
    free(listing.kept);
    return outcome;
}

/* All that was written is on the disk, or nothing of it counts: a tree is complete after a crash of the machine, too.
 * The wait can be longer than a lease lasts, so that a process of its own waits. */
static enum outcome sync_disk(const struct store_tree *tree, const struct copy_bounds *bounds)
{
    enum outcome outcome = OUTCOME_OK;
    int status = 0;
    pid_t ended = 0;
    pid_t pid = libraries_fork();

    if (pid == 0)
        _exit(syncfs(tree->store->folder) != 0);
    while (pid > 0 && outcome == OUTCOME_OK && (ended = waitpid(pid, &status, WNOHANG)) == 0) {
        poll(NULL, 0, SYNC_MS);
        if (bounds->go_on && !bounds->go_on(bounds->context))
            outcome = OUTCOME_DENIED;
    }
    if (outcome != OUTCOME_OK)
        kill(pid, SIGKILL);
    else if (ended != pid || status != 0)
        outcome = OUTCOME_FAILED;
    return outcome;
}

static bool write_bytes(int lock, int64_t bytes)
{
    char text[NUMBER_TEXT_SIZE];
    size_t length = strlen(number_text(bytes, text));

    return ftruncate(lock, 0) == 0 && pwrite(lock, text, length, 0) == (ssize_t)length;
}

static enum outcome copy_new(const struct store_tree *tree, const char *name, int from,
                             const struct copy_bounds *bounds)
{
    const struct store *store = tree->store;
    struct copy_count count = {0};
    enum outcome outcome = OUTCOME_FAILED;
    const struct store_pace pace = {bounds->go_on, bounds->context};
    long long removed = 0;
    int64_t bytes;
    int to = -1;

    if (mkdirat(store->folder, name, 0700) == 0)
        to = openat(store->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to >= 0)
        outcome = from >= 0 ? copy_tree(from, to, bounds, &count) : OUTCOME_OK;
    held_close(to);
    bytes = count.bytes + (int64_t)(count.entries + 1) * BLOCK;
    if (outcome == OUTCOME_OK)
        outcome = make_room(store, store->most_bytes - bytes, &pace, &removed);
    if (outcome == OUTCOME_OK)
        outcome = sync_disk(tree, bounds);
    if (outcome == OUTCOME_OK && !write_bytes(tree->lock, bytes))
        outcome = OUTCOME_FAILED;
    return outcome;
}

enum outcome store_keep(const struct store_tree *tree, int from, struct copy_bounds bounds)
{
    const struct store *store = tree->store;
    char name[NAME_SIZE];
    enum outcome outcome =
        remove_some(store->folder, named(name, ".new-", tree->key, ""), bounds.go_on, bounds.context);
    int error;

    if (outcome == OUTCOME_OK || outcome == OUTCOME_ABSENT)
        outcome = copy_new(tree, name, from, &bounds);
    if (outcome == OUTCOME_OK && renameat(store->folder, name, store->folder, tree->key) != 0)
        outcome = OUTCOME_FAILED;
    if (outcome == OUTCOME_OK && fsync(store->folder) != 0)
        outcome = OUTCOME_FAILED;
    error = errno;
    if (outcome != OUTCOME_OK)
        remove_tree(store->folder, name);
    errno = error;
    return outcome;
}

/* What dead installers and removers left. */
static enum outcome remove_rest(const struct store *store, const char *name, const struct store_pace *pace)
{
    const char *key = name + strlen(".new-");
    enum outcome outcome;
    int lock = -1;

    if (!is_key(key, strlen(key)))
        return OUTCOME_BUSY; /* nothing of ours */
    if (strncmp(name, ".new-", 5) == 0 && (lock = take_lock(store->folder, key, LOCK_EX)) < 0)
        return refuse();
    outcome = remove_some(store->folder, name, pace->go_on, pace->context);
    held_close(lock);
    return outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
}

/* A tree without the file of its lock gets one, and with that an age. */
static enum outcome adopt(const struct store *store, const char *key)
{
    int lock = take_lock(store->folder, key, LOCK_SH);

    held_close(lock);
    return OUTCOME_BUSY;
}

static enum outcome sweep_rests(const struct store *store, const struct store_pace *pace, long long *removed)
{
    DIR *names = open_names(store);
    enum outcome outcome = names ? OUTCOME_BUSY : OUTCOME_FAILED;
    const struct dirent *found;

    while (outcome == OUTCOME_BUSY && (found = readdir(names))) {
        if (strncmp(found->d_name, ".new-", 5) == 0 || strncmp(found->d_name, ".old-", 5) == 0)
            outcome = remove_rest(store, found->d_name, pace);
        else if (is_key(found->d_name, strlen(found->d_name)))
            outcome = adopt(store, found->d_name);
    }
    if (names)
        closedir(names);
    *removed += outcome == OUTCOME_OK;
    return outcome == OUTCOME_BUSY ? OUTCOME_OK : outcome;
}

/* The first that is too old, or has no tree: an installation that failed leaves its lock. */
static enum outcome sweep_aged(const struct store *store, const struct store_pace *pace, long long *removed)
{
    const time_t now = time(NULL);
    struct listing listing;
    enum outcome outcome = OUTCOME_BUSY;

    if (!list_kept(store, &listing))
        return OUTCOME_FAILED;
    for (size_t i = 0; i < listing.count && outcome == OUTCOME_BUSY; i++)
        if (now - listing.kept[i].used_at.tv_sec > store->most_seconds || !has_tree(store->folder, listing.kept[i].key))
            outcome = remove_kept(store, &listing.kept[i], pace);
    free(listing.kept);
    *removed += outcome == OUTCOME_OK;
    return outcome == OUTCOME_BUSY ? OUTCOME_OK : outcome;
}

enum outcome store_sweep(const struct store *store, const struct store_pace *pace, long long *removed)
{
    enum outcome outcome;

    *removed = 0;
    outcome = sweep_rests(store, pace, removed);
    if (outcome == OUTCOME_OK && *removed == 0)
        outcome = sweep_aged(store, pace, removed);
    if (outcome == OUTCOME_OK && *removed == 0)
        outcome = make_room(store, store->most_bytes, pace, removed);
    return outcome == OUTCOME_LIMITED ? OUTCOME_OK : outcome;
}
