#include "cron/sandbox/stage.h"

#include "base/path.h"
#include "cron/sandbox/network.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MEBIBYTE (1024LL * 1024)
#define PAGE 4096
#define OWN_MB 4 /* for the files of /etc, and what the file system itself needs */

/* The files that programs require in /etc. They reveal nothing about the host. */
static const struct {
    const char *name;
    const char *content;
} etc_files[] = {
    {"root/etc/passwd", "root:x:0:0:root:/:/usr/sbin/nologin\n"
                        "run:x:1000:1000:run:/work:/bin/bash\n"
                        "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"},
    {"root/etc/group", "root:x:0:\nrun:x:1000:\nnogroup:x:65534:\n"},
    {"root/etc/hosts", "127.0.0.1 localhost run\n::1 localhost\n"},
    {"root/etc/hostname", "run\n"},
    {"root/etc/resolv.conf", "nameserver " NETWORK_RESOLVER "\n"},
    {"root/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"},
};

/* Copied from the host, where it has them. */
static const char *const etc_copies[] = {
    "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/services", "/etc/protocols", "/etc/ssl/openssl.cnf",
};

static const struct {
    const char *name;
    mode_t mode;
} folders[] = {
    {"work", 0755},
    {"work/out", 0755},
    {"tmp", 01777},
    {"shm", 01777},
    {"root", 0755},
    {"root/coagent", 0755},
    {"root/etc", 0755},
    {"root/etc/ssl", 0755},
    {"root/etc/ssl/certs", 0755},
    {"root/etc/alternatives", 0755},
};

static bool put(int folder, const char *name, mode_t mode, const void *bytes, size_t length)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    size_t written = 0;

    if (fd < 0)
        return false;
    while (written < length) {
        ssize_t count = write(fd, (const char *)bytes + written, length - written);

        if (count <= 0)
            break;
        written += (size_t)count;
    }
    return close(fd) == 0 && written == length;
}

static bool write_proc(const char *path, const char *format, ...)
{
    char line[64];
    va_list arguments;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = false;

    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (fd >= 0) {
        done = write(fd, line, (size_t)length) == length;
        close(fd);
    }
    return done;
}

/* Before there is a map of users, nothing can be written on the new file system. The
 * executor's is root here, so that what the keeper starts has powers over these namespaces, and over nothing else. */
static bool map_user(uid_t uid, gid_t gid)
{
    return write_proc("/proc/self/uid_map", "0 %u 1\n", uid) && write_proc("/proc/self/setgroups", "deny") &&
           write_proc("/proc/self/gid_map", "0 %u 1\n", gid);
}

static long long size_of(const struct sandbox_spec *spec)
{
    long long bytes = (spec->limits.disk_mb + OWN_MB) * MEBIBYTE;

    for (size_t i = 0; i < spec->file_count; i++)
        bytes += (long long)(spec->files[i].length + PAGE) / PAGE * PAGE;
    return bytes + (spec->cache ? spec->cache->room : 0);
}

/* Each file costs memory of the kernel besides. */
static bool mount_stage(const struct sandbox_spec *spec)
{
    long entries = 16384 + spec->limits.disk_mb * 128 + (spec->cache ? (long)spec->cache->entries : 0);
    char options[96];

    snprintf(options, sizeof options, "size=%lld,nr_inodes=%ld,mode=0755", size_of(spec), entries);
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("run", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

/* What the stage itself and the cache take does not count: from here on, the command can write exactly as much as the
 * limit says. */
static bool fit_stage(const struct sandbox_spec *spec, int folder)
{
    long long given = (long long)stage_used(folder) + (spec->cache ? spec->cache->room : 0);
    char options[32];

    snprintf(options, sizeof options, "size=%lld", given + spec->limits.disk_mb * MEBIBYTE);
    return mount("run", STAGE, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, options) == 0;
}

static bool make_folders(int folder, bool cache)
{
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mkdirat(folder, folders[i].name, folders[i].mode) != 0)
            return false;
    return !cache || (mkdirat(folder, "cache", 0755) == 0 && mkdirat(folder, "root/cache", 0755) == 0);
}

static void copy(int folder, const char *path)
{
    char bytes[65536];
    int from = open(path, O_RDONLY | O_CLOEXEC);
    char name[64];
    ssize_t count;

    snprintf(name, sizeof name, "root%s", path);
    int to = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

    while (from >= 0 && to >= 0 && (count = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, (size_t)count) != count)
            break;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
}

static bool write_etc(int folder)
{
    for (size_t i = 0; i < sizeof etc_files / sizeof *etc_files; i++)
        if (!put(folder, etc_files[i].name, 0555, etc_files[i].content, strlen(etc_files[i].content)))
            return false;
    for (size_t i = 0; i < sizeof etc_copies / sizeof *etc_copies; i++)
        if (access(etc_copies[i], R_OK) == 0)
            copy(folder, etc_copies[i]);
    return symlinkat("/usr/lib/os-release", folder, "root/etc/os-release") == 0 &&
           symlinkat("/proc/mounts", folder, "root/etc/mtab") == 0;
}

/* The file, with the folders on its way; a name that leads elsewhere is not one of ours. */
static bool write_file(int folder, const struct sandbox_file *file)
{
    static const char *const places[] = {[SANDBOX_COAGENT] = "root/coagent/", [SANDBOX_WORK] = "work/"};
    mode_t mode = file->place == SANDBOX_COAGENT ? 0555 : file->executable ? 0755 : 0644;
    const char *place = places[file->place];
    char path[1024];

    if (snprintf(path, sizeof path, "%s%s", place, file->name) >= (int)sizeof path ||
        path_leads_elsewhere(file->name)) {
        errno = EINVAL;
        return false;
    }
    for (char *slash = strchr(path + strlen(place), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(folder, path, 0755) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return put(folder, path, mode, file->bytes, file->length);
}

int stage_set(const struct sandbox_spec *spec, uid_t uid, gid_t gid, struct text *why)
{
    int folder = -1;
    bool done = false;

    umask(0);
    if (!map_user(uid, gid) || !mount_stage(spec) || (folder = open(STAGE, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        goto done;
    done = make_folders(folder, spec->cache) && write_etc(folder);
    for (size_t i = 0; done && i < spec->file_count; i++)
        done = write_file(folder, &spec->files[i]);
    done = done && fit_stage(spec, folder);
done:
    if (!done) {
        text_add_format(why, "The file system of the sandbox could not be created: %s.", strerror(errno));
        if (folder >= 0)
            close(folder);
        folder = -1;
    }
    return folder;
}

int64_t stage_used(int folder)
{
    struct statfs use;

    return fstatfs(folder, &use) == 0 ? (int64_t)(use.f_blocks - use.f_bfree) * use.f_bsize : 0;
}

bool stage_is_full(int folder)
{
    struct statfs use;

    return fstatfs(folder, &use) == 0 && use.f_bfree == 0;
}
