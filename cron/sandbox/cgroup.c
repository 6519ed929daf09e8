#include "cron/sandbox/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE "/runner"
#define MARGIN_MB 64      /* what the kernel holds for the run, and the sandbox's own */
#define MARGIN_TASKS 64   /* beyond what the keeper and RLIMIT_NPROC allow */
#define PERIOD_US 100000L /* of cpu.max */

void cgroup_read_self(char self[512])
{
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, self, 511) : -1;

    self[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The folder of the caller's cgroup in version 2, whose line is "0::/path". */
static bool find_own(const char *mount, const char *self, char path[512])
{
    const char *line = strncmp(self, "0::/", 4) == 0 ? self : strstr(self, "\n0::/");

    if (!line)
        return false;
    line = strchr(line, '/');
    return snprintf(path, 512, "%s%.*s", mount, (int)strcspn(line, "\n"), line) < 400;
}

static bool put(int folder, const char *name, const char *value)
{
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

    if (fd >= 0)
        close(fd);
    return done;
}

static bool put_number(int folder, const char *name, long long number)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%lld", number);
    return put(folder, name, digits);
}

static bool get(int folder, const char *name, char content[256])
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, content, 255) : -1;

    content[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return length > 0;
}

/* Whether a list of controllers has those that limit a run. */
static bool has_controllers(int folder, const char *list)
{
    char controllers[256];

    return get(folder, list, controllers) && strstr(controllers, "memory") && strstr(controllers, "pids");
}

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_aside(const char *path)
{
    return strcmp(strrchr(path, '/'), ASIDE) == 0;
}

bool cgroup_divide(const char *mount, const char *self)
{
    char path[512];
    bool divided = false;
    int folder, aside = -1;

    if (!find_own(mount, self, path))
        return false;
    if (is_aside(path))
        return true; /* the one before has done it */
    if ((folder = open_folder(path)) < 0)
        return false;
    if (has_controllers(folder, "cgroup.controllers") && (mkdirat(folder, ASIDE + 1, 0755) == 0 || errno == EEXIST) &&
        (aside = openat(folder, ASIDE + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
        divided = put_number(aside, "cgroup.procs", getpid()) &&
                  put(folder, "cgroup.subtree_control", "+memory +pids") &&
                  (put(folder, "cgroup.subtree_control", "+cpu") || true); /* good to have */
    if (aside >= 0)
        close(aside);
    close(folder);
    return divided;
}

/* "run-PID-NUMBER": those whose executor is dead are empty, since nothing of a run outlives it. */
static void sweep(int folder)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;

    while (entries && (entry = readdir(entries))) {
        long pid = strncmp(entry->d_name, "run-", 4) == 0 ? strtol(entry->d_name + 4, NULL, 10) : 0;

        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            unlinkat(folder, entry->d_name, AT_REMOVEDIR);
    }
    if (entries)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
}

/* Files of the run are in memory and count too. One run gets half of the machine's processors, and one at least. */
static bool limit(int folder, const struct sandbox_limits *limits)
{
    char cpu[64];
    long processors = sysconf(_SC_NPROCESSORS_ONLN) / 2;

    snprintf(cpu, sizeof cpu, "%ld %ld", (processors > 0 ? processors : 1) * PERIOD_US, PERIOD_US);
    put(folder, "memory.swap.max", "0"); /* these three where the kernel has them */
    put(folder, "memory.oom.group", "1");
    put(folder, "cpu.max", cpu);
    return put_number(folder, "memory.max", (limits->memory_mb + limits->disk_mb + MARGIN_MB) * 1024LL * 1024) &&
           put_number(folder, "pids.max", limits->processes + MARGIN_TASKS);
}

char *cgroup_make(const char *mount, const char *self, int number, const struct sandbox_limits *limits)
{
    char path[512];
    char *aside, *made = NULL;
    int folder, own = -1;

    if (!find_own(mount, self, path) || !is_aside(path))
        return NULL;
    aside = strrchr(path, '/');
    *aside = '\0';
    if ((folder = open_folder(path)) < 0)
        return NULL;
    sweep(folder);
    snprintf(aside, 48, "/run-%d-%d", (int)getpid(), number);
    if (has_controllers(folder, "cgroup.subtree_control") && (mkdir(path, 0755) == 0 || errno == EEXIST) &&
        (own = open_folder(path)) >= 0) {
        if (limit(own, limits))
            made = strdup(path);
        else
            rmdir(path);
        close(own);
    }
    close(folder);
    return made;
}

int cgroup_entrance(const char *path)
{
    char name[560];

    snprintf(name, sizeof name, "%s/cgroup.procs", path);
    return open(name, O_WRONLY | O_CLOEXEC);
}

bool cgroup_ran_out(const char *path)
{
    char events[256] = "";
    int folder = open_folder(path);
    const char *kills;

    if (folder >= 0) {
        get(folder, "memory.events", events);
        close(folder);
    }
    kills = strstr(events, "\noom_kill ");
    return kills && strtol(kills + sizeof "\noom_kill " - 1, NULL, 10) > 0;
}

void cgroup_remove(char *path)
{
    if (path)
        rmdir(path);
    free(path);
}
