#include "cron/sandbox/command.h"

#include "cron/sandbox/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BWRAP "/usr/bin/bwrap"
#define MEBIBYTE (1024UL * 1024)
#define PROCESS_MARGIN 32 /* beyond the limit, so that the keeper sees who goes over it */
#define OWN_PROCESSES 3   /* bubblewrap's */
#define STACK_MB 8        /* set aside for each thread, used or not, and counted as its data */
#define NICE 5            /* handlers and executors go first */

enum { FILTER_FD = 3, STATUS_FD, ARGUMENTS_FD, FIRST_OTHER_FD };

/* The root is the keeper's, which sandbox_root.c has put together. Its user namespace allows one below it, which is
 * bubblewrap's: the command can make none. */
static const char *const isolation[] = {
    "--unshare-all",
    "--share-net", /* the one that the keeper has prepared */
    "--unshare-user",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--cap-drop",
    "ALL",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--hostname",
    "run",
    "--dev-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--chdir",
    "/work",
};

/* LC_CTYPE is what makes texts UTF-8. LANG would make each program that starts read eleven files more, of a locale that
 * is C in all else. */
static const char *const environment[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "HOME=/work",
    "USER=run",
    "LOGNAME=run",
    "SHELL=/bin/bash",
    "TMPDIR=/tmp",
    "LC_CTYPE=C.UTF-8",
    NULL,
};

static void add(struct text *arguments, const char *word)
{
    text_add_bytes(arguments, word, strlen(word) + 1);
}

static void add_all(struct text *arguments, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(arguments, words[i]);
}

static void add_number(struct text *arguments, const char *option, int number)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%d", number);
    add(arguments, option);
    add(arguments, digits);
}

/* A later value of the same name wins. */
static void add_environment(struct text *arguments, const char *const *variables)
{
    for (; variables && *variables; variables++) {
        const char *equals = strchr(*variables, '=');

        if (!equals || equals == *variables)
            continue;
        add(arguments, "--setenv");
        text_add_bytes(arguments, *variables, (size_t)(equals - *variables));
        text_add_char(arguments, '\0');
        add(arguments, equals + 1);
    }
}

/* In memory, not on the command line, which everybody on the host can read: among the variables are secrets. */
static int write_arguments(const struct sandbox_spec *spec)
{
    struct text arguments = TEXT_EMPTY;
    int fd = memfd_create("arguments", 0);

    add_all(&arguments, isolation, sizeof isolation / sizeof *isolation);
    add_environment(&arguments, environment);
    add_environment(&arguments, spec->environment);
    add_number(&arguments, "--seccomp", FILTER_FD);
    add_number(&arguments, "--json-status-fd", STATUS_FD);
    if (fd >= 0 &&
        (write(fd, arguments.bytes, arguments.length) != (ssize_t)arguments.length || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    text_free_secret(&arguments);
    return fd;
}

static bool limit(__rlimit_resource_t resource, unsigned long soft, unsigned long hard)
{
    struct rlimit now;

    if (getrlimit(resource, &now) != 0)
        return false;
    return setrlimit(resource, &(struct rlimit){soft < now.rlim_max ? soft : now.rlim_max,
                                                hard < now.rlim_max ? hard : now.rlim_max}) == 0;
}

/* The limits per process, as a second line: the keeper checks the sum and reports the exceeded limit. Never RLIMIT_AS,
 * which JIT compilers do not live under. The number of processes is counted within this user namespace, not with those
 * that the same user has elsewhere (since Linux 5.14). A file that may fill the disk has no limit of its own, which
 * would kill the writer: the full disk tells it. */
static bool set_limits(const struct sandbox_limits *limits)
{
    unsigned long processes = (unsigned long)limits->processes + PROCESS_MARGIN + OWN_PROCESSES;
    unsigned long cpu = (unsigned long)limits->cpu_seconds + 1;
    unsigned long data = ((unsigned long)limits->memory_mb * 2 + processes * STACK_MB) * MEBIBYTE;
    unsigned long file =
        (unsigned long)(limits->file_mb < limits->disk_mb ? limits->file_mb : limits->disk_mb + 1) * MEBIBYTE;
    unsigned long open_files = (unsigned long)limits->open_files;

    return limit(RLIMIT_DATA, data, data) && limit(RLIMIT_CPU, cpu, cpu + 1) && limit(RLIMIT_FSIZE, file, file) &&
           limit(RLIMIT_NOFILE, open_files, open_files) && limit(RLIMIT_CORE, 0, 0) &&
           limit(RLIMIT_NPROC, processes, processes);
}

/* Puts each descriptor where it belongs; no step may overwrite the source of a later one. */
static bool place(const struct command *command, int filter, int arguments)
{
    const int sources[FIRST_OTHER_FD] = {command->input, command->output, command->errors,
                                         filter,         command->status, arguments};
    int copies[FIRST_OTHER_FD];

    for (int i = 0; i < FIRST_OTHER_FD; i++)
        if ((copies[i] = fcntl(sources[i], F_DUPFD, 64)) < 0)
            return false;
    for (int i = 0; i < FIRST_OTHER_FD; i++)
        if (dup2(copies[i], i) < 0)
            return false;
    return close_range(FIRST_OTHER_FD, ~0U, 0) == 0;
}

/* The kernel, when it must kill somebody for memory, finds a run before it finds PostgreSQL. */
static void offer_to_oom_killer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd >= 0 && write(fd, "800", 3) == 3)
        errno = 0;
    if (fd >= 0)
        close(fd);
}

/* All that a process hands down to what it becomes. */
static bool prepare(const struct command *command)
{
    if (command->cgroup >= 0 && write(command->cgroup, "0", 1) != 1)
        return false;
    offer_to_oom_killer();
    umask(022);
    errno = 0;
    return nice(NICE) != -1 || errno == 0;
}

void command_exec(const struct command *command)
{
    char *const none[] = {NULL};
    size_t count = 0;
    int filter = filter_open(command->spec->filter);
    int arguments = write_arguments(command->spec);
    char digits[16];

    while (command->spec->argv[count])
        count++;
    const char **argv = calloc(count + 5, sizeof *argv);

    if (!argv || filter < 0 || arguments < 0 || !prepare(command))
        goto done;
    snprintf(digits, sizeof digits, "%d", ARGUMENTS_FD);
    argv[0] = "bwrap";
    argv[1] = "--args";
    argv[2] = digits;
    argv[3] = "--";
    memcpy(argv + 4, command->spec->argv, count * sizeof *argv);
    if (place(command, filter, arguments) && set_limits(&command->spec->limits))
        execve(BWRAP, (char *const *)(void *)argv, none);
done:
    free(argv);
}
