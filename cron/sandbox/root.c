#include "cron/sandbox/root.h"

#include "cron/sandbox/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TERMINALS "64" /* of a run */
#define CLOSED (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define OPEN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define DEVICE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)

/* A folder has the mode of a folder, a place for a device that of a file. */
static const struct {
    const char *name;
    mode_t mode;
} places[] = {
    {"root/usr", S_IFDIR | 0755},      {"root/dev", S_IFDIR | 0755},        {"root/dev/pts", S_IFDIR | 0755},
    {"root/dev/shm", S_IFDIR | 01777}, {"root/proc", S_IFDIR | 0555},       {"root/work", S_IFDIR | 0755},
    {"root/tmp", S_IFDIR | 01777},     {"root/run", S_IFDIR | 0755},        {"root/var", S_IFDIR | 0755},
    {"root/dev/null", S_IFREG | 0444}, {"root/dev/zero", S_IFREG | 0444},   {"root/dev/full", S_IFREG | 0444},
    {"root/dev/tty", S_IFREG | 0444},  {"root/dev/random", S_IFREG | 0444}, {"root/dev/urandom", S_IFREG | 0444},
};

static const struct {
    const char *target;
    const char *name;
} links[] = {
    {"/proc/self/fd", "root/dev/fd"},
    {"/proc/self/fd/0", "root/dev/stdin"},
    {"/proc/self/fd/1", "root/dev/stdout"},
    {"/proc/self/fd/2", "root/dev/stderr"},
    {"pts/ptmx", "root/dev/ptmx"},
    {"/tmp", "root/var/tmp"},
    {"/run", "root/var/run"},
};

/* On usr-merged machines these are links, elsewhere folders. */
static const char *const system_folders[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

/* bubblewrap could bind all of this, but it reads the list of all mounts again for each, those of the host among them:
 * that was a tenth of what a short run cost. */
static const struct {
    const char *from;
    const char *to;
    uint64_t attributes;
    bool optional; /* not every host has it */
} binds[] = {
    {STAGE_ROOT, STAGE_ROOT, OPEN, false},
    {"/usr", STAGE_ROOT "/usr", CLOSED, false},
    {"/etc/ssl/certs", STAGE_ROOT "/etc/ssl/certs", CLOSED, true},
    {"/etc/alternatives", STAGE_ROOT "/etc/alternatives", CLOSED, true},
    {"/proc", STAGE_ROOT "/proc", OPEN | MOUNT_ATTR_NOEXEC, false},
    {"/dev/null", STAGE_ROOT "/dev/null", DEVICE, false},
    {"/dev/zero", STAGE_ROOT "/dev/zero", DEVICE, false},
    {"/dev/full", STAGE_ROOT "/dev/full", DEVICE, false},
    {"/dev/random", STAGE_ROOT "/dev/random", DEVICE, false},
    {"/dev/urandom", STAGE_ROOT "/dev/urandom", DEVICE, false},
    {"/dev/tty", STAGE_ROOT "/dev/tty", DEVICE, false},
    {STAGE_SHM, STAGE_ROOT "/dev/shm", OPEN, false},
    {STAGE_WORK, STAGE_ROOT "/work", OPEN, false},
    {STAGE_TMP, STAGE_ROOT "/tmp", OPEN, false},
    {STAGE_CACHE, STAGE_ROOT "/cache", OPEN, true},
};

static bool make_places(int folder)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *name = places[i].name;
        mode_t mode = places[i].mode;

        if ((S_ISDIR(mode) ? mkdirat(folder, name, mode & 07777) : mknodat(folder, name, mode, 0)) != 0)
            return false;
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlinkat(links[i].target, folder, links[i].name) != 0)
            return false;
    return true;
}

/* With what is mounted below; all of it has its attributes before it can be seen. */
static bool bind(const char *from, const char *to, uint64_t attributes)
{
    struct mount_attr wanted = {.attr_set = attributes};
    int tree = open_tree(AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    bool bound = tree >= 0 && mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) == 0 &&
                 move_mount(tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH) == 0;

    if (tree >= 0)
        close(tree);
    return bound;
}

static bool bind_all(void)
{
    for (size_t i = 0; i < sizeof binds / sizeof *binds; i++)
        if (!bind(binds[i].from, binds[i].to, binds[i].attributes) && !(binds[i].optional && errno == ENOENT))
            return false;
    return true;
}

static bool bring_system_folder(const char *name)
{
    char place[64], target[64];
    struct stat state;
    ssize_t length;

    if (lstat(name, &state) != 0)
        return errno == ENOENT;
    snprintf(place, sizeof place, STAGE_ROOT "%s", name);
    length = readlink(name, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    return length > 0 ? symlink(target, place) == 0 : mkdir(place, 0755) == 0 && bind(name, place, CLOSED);
}

static bool bring_system_folders(void)
{
    for (size_t i = 0; i < sizeof system_folders / sizeof *system_folders; i++)
        if (!bring_system_folder(system_folders[i]))
            return false;
    return true;
}

/* The machine has 4,096 terminals for all. */
static bool mount_terminals(void)
{
    return mount("devpts", STAGE_ROOT "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
                 "newinstance,ptmxmode=0666,mode=620,max=" TERMINALS) == 0;
}

/* For a moment both roots are in one place, the old one above. */
static bool change_root(void)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

    return mount_setattr(AT_FDCWD, STAGE_ROOT, 0, &read_only, sizeof read_only) == 0 && chdir(STAGE_ROOT) == 0 &&
           syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

bool root_open_binds(struct root_binds *given, const struct sandbox_spec *spec, struct text *why)
{
    struct mount_attr closed = {.attr_set = CLOSED};
    const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;

    for (size_t i = 0; i < SANDBOX_BINDS; i++)
        given->trees[i] = -1;
    for (size_t i = 0; i < SANDBOX_BINDS && spec->binds[i].to; i++) {
        int tree = open_tree(AT_FDCWD, spec->binds[i].from, flags);

        if (tree < 0 || mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &closed, sizeof closed) != 0) {
            text_add_format(why, "/%s of the sandbox could not be opened: %s.", spec->binds[i].to, strerror(errno));
            return false;
        }
        given->trees[i] = tree;
    }
    return true;
}

static bool place_binds(int folder, const struct sandbox_spec *spec, const struct root_binds *given)
{
    char place[64];

    for (size_t i = 0; i < SANDBOX_BINDS && given->trees[i] >= 0; i++) {
        if (snprintf(place, sizeof place, "root/%s", spec->binds[i].to) >= (int)sizeof place ||
            mkdirat(folder, place, 0755) != 0)
            return false;
        snprintf(place, sizeof place, STAGE_ROOT "/%s", spec->binds[i].to);
        if (move_mount(given->trees[i], "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) != 0)
            return false;
        close(given->trees[i]);
    }
    return true;
}

bool root_set(int folder, const struct sandbox_spec *spec, const struct root_binds *given, struct text *why)
{
    if (make_places(folder) && bind_all() && place_binds(folder, spec, given) && bring_system_folders() &&
        mount_terminals() && change_root())
        return true;
    text_add_format(why, "The root of the sandbox could not be created: %s.", strerror(errno));
    return false;
}
