#include "cron/sandbox/sandbox.h"

#include "base/clock.h"
#include "cron/sandbox/cgroup.h"
#include "cron/sandbox/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MS 20000
#define PIPE_BYTES (256 * 1024)

enum { INPUT, OUTPUT, ERRORS, CGROUP, THEIRS };

struct sandbox_limits sandbox_limits_of(const struct config *config)
{
    return (struct sandbox_limits){
        .wall_seconds = config->sandbox_wall_seconds,
        .cpu_seconds = config->sandbox_cpu_seconds,
        .memory_mb = config->sandbox_memory_mb,
        .processes = config->sandbox_processes,
        .output_mb = config->run_output_mb,
        .disk_mb = config->sandbox_disk_mb,
        .file_mb = config->sandbox_disk_mb,
        .open_files = config->sandbox_open_files,
    };
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

long *sandbox_limit(struct sandbox_limits *limits, enum limit_word word)
{
    switch (word) {
    case LIMIT_WALL_SECONDS: return &limits->wall_seconds;
    case LIMIT_CPU_SECONDS: return &limits->cpu_seconds;
    case LIMIT_MEMORY_MB: return &limits->memory_mb;
    case LIMIT_DISK_MB: return &limits->disk_mb;
    case LIMIT_OUTPUT_MB: return &limits->output_mb;
    case LIMIT_PROCESSES: return &limits->processes;
    case LIMIT_OPEN_FILES: return &limits->open_files;
    case LIMIT_COUNT: break;
    }
    abort(); /* no word */
}

/* Ours is the end that does not block; a large pipe saves changes between two processes when there is much output. */
static bool make_pipe(int *ours, int *theirs, bool to_command)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    *ours = ends[to_command ? 1 : 0];
    *theirs = ends[to_command ? 0 : 1];
    fcntl(*ours, F_SETPIPE_SZ, PIPE_BYTES);
    return fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool make_pipes(struct sandbox *sandbox, int theirs[THEIRS], bool converse)
{
    if (converse) {
        if (!make_pipe(&sandbox->input, &theirs[INPUT], true))
            return false;
    } else if ((theirs[INPUT] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) {
        return false;
    }
    return make_pipe(&sandbox->output, &theirs[OUTPUT], false) && make_pipe(&sandbox->errors, &theirs[ERRORS], false);
}

/* As fork, with the child as process 1 of new namespaces, in which it may do what root may. */
static pid_t fork_keeper(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0);
}

/* A message within the time; false: the keeper is dead or hangs. */
static bool hear(const struct sandbox *sandbox, struct keeper_message *message, int ms)
{
    struct pollfd ready = {sandbox->control, POLLIN, 0};
    int64_t until = clock_monotonic_ms() + ms;
    int count;

    while ((count = poll(&ready, 1, ms)) < 0 && errno == EINTR)
        ms = ms < 0 ? ms : until < clock_monotonic_ms() ? 0 : (int)(until - clock_monotonic_ms());
    return count > 0 && recv(sandbox->control, message, sizeof *message, 0) == (ssize_t)sizeof *message;
}

static bool say(const struct sandbox *sandbox, const struct keeper_message *message)
{
    return send(sandbox->control, message, sizeof *message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof *message;
}

/* The keeper's own descriptor, opened once more: the folder is not mounted anywhere that is seen from here. */
static bool open_folder(struct sandbox *sandbox, int of_keeper)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)sandbox->keeper, of_keeper);
    sandbox->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return sandbox->folder >= 0;
}

static bool fill_cache(const struct sandbox *sandbox, const struct sandbox_cache *cache)
{
    int folder = cache ? openat(sandbox->folder, "cache", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

    if (!cache)
        return true;
    if (folder < 0)
        return false;
    cache->fill(cache->context, folder);
    close(folder);
    return true;
}

/* Until the keeper hears KEEPER_GO nothing of the user's runs. */
static enum outcome await_start(struct sandbox *sandbox, const struct sandbox_spec *spec, struct text *why)
{
    struct keeper_message message;

    if (!hear(sandbox, &message, START_MS))
        text_add(why, "The sandbox could not be started in time.");
    else if (message.word == KEEPER_FAILED)
        text_add(why, message.why);
    else if (message.word != KEEPER_READY)
        text_add(why, "The sandbox could not be started.");
    else if (!open_folder(sandbox, message.folder) || !fill_cache(sandbox, spec->cache))
        text_add_format(why, "The file system of the sandbox could not be opened: %s.", strerror(errno));
    else if (!say(sandbox, &(struct keeper_message){.word = KEEPER_GO}))
        text_add(why, "The sandbox ended before the command was started.");
    else
        return OUTCOME_OK;
    return OUTCOME_FAILED;
}

/* Where there are none, the keeper's watch has to do. */
static void enter_cgroup(struct sandbox *sandbox, const struct sandbox_limits *limits, int *entrance)
{
    char self[512];

    cgroup_read_self(self);
    sandbox->cgroup = cgroup_make(CGROUP_MOUNT, self, sandbox->control, limits);
    *entrance = sandbox->cgroup ? cgroup_entrance(sandbox->cgroup) : -1;
}

enum outcome sandbox_start(struct sandbox *sandbox, const struct sandbox_spec *spec, struct text *why)
{
    int theirs[THEIRS] = {-1, -1, -1, -1};
    int controls[2] = {-1, -1};
    enum outcome outcome = OUTCOME_FAILED;

    *sandbox = (struct sandbox){-1, -1, -1, -1, -1, .keeper = -1};
    if (geteuid() == 0) {
        text_add(why, "The runner does not start runs as root. Run it as an unprivileged user.");
        goto done;
    }
    if (!make_pipes(sandbox, theirs, spec->converse) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, controls) != 0) {
        text_add_format(why, "The sandbox could not be started: %s.", strerror(errno));
        goto done;
    }
    sandbox->control = controls[0];
    enter_cgroup(sandbox, &spec->limits, &theirs[CGROUP]);
    struct keeper_order order = {
        .spec = spec,
        .uid = geteuid(),
        .gid = getegid(),
        .control = controls[1],
        .input = theirs[INPUT],
        .output = theirs[OUTPUT],
        .errors = theirs[ERRORS],
        .cgroup = theirs[CGROUP],
    };

    sandbox->keeper = fork_keeper();
    if (sandbox->keeper == 0)
        keeper_run(&order);
    if (sandbox->keeper < 0)
        text_add_format(why, "This machine does not let the runner create namespaces: %s.", strerror(errno));
    close_fd(&controls[1]);
    if (sandbox->keeper > 0)
        outcome = await_start(sandbox, spec, why);
done:
    close_fd(&controls[1]);
    for (int i = 0; i < THEIRS; i++)
        close_fd(&theirs[i]);
    if (outcome != OUTCOME_OK)
        sandbox_close(sandbox);
    return outcome;
}

/* What the keeper says while the command runs; false: nothing more. */
static bool take_news(struct sandbox *sandbox, struct keeper_message *message, bool wait)
{
    struct pollfd ready = {sandbox->control, POLLIN, 0};

    while (wait || poll(&ready, 1, 0) > 0) {
        if (!hear(sandbox, message, -1))
            message->word = KEEPER_FAILED;
        if (message->word != KEEPER_SOUGHT)
            return true;
        sandbox->sought = true;
    }
    return false;
}

/* It dies with what it reports: the wait is for its own last step only. */
static void take_ending(struct sandbox *sandbox, bool wait)
{
    const struct sandbox_ending broken = {sandbox->stopped ? sandbox->stopped_for : RUN_END_LOST, -1, 0, 0, 0};
    struct keeper_message message;

    if (sandbox->over || !take_news(sandbox, &message, wait))
        return;
    sandbox->ending = message.word == KEEPER_ENDED ? message.ending : broken;
    kill(sandbox->keeper, SIGKILL); /* it has nothing more to do, or could not say what it had to */
    while (waitpid(sandbox->keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
    sandbox->keeper = 0;
    sandbox->over = true;
    if (sandbox->cgroup && sandbox->ending.reason <= RUN_END_SIGNAL && sandbox->ending.exit_code != 0 &&
        cgroup_ran_out(sandbox->cgroup))
        sandbox->ending.reason = RUN_END_MEMORY;
}

bool sandbox_is_over(struct sandbox *sandbox)
{
    take_ending(sandbox, false);
    return sandbox->over;
}

/* A keeper that cannot be told to stop is killed, and all with it. */
void sandbox_stop(struct sandbox *sandbox, enum run_end_word reason, int grace_ms)
{
    const struct keeper_message message = {.word = KEEPER_STOP, .stop = {reason, grace_ms}};

    if (sandbox->over)
        return;
    if (!sandbox->stopped)
        sandbox->stopped_for = reason;
    sandbox->stopped = true;
    if (!say(sandbox, &message))
        kill(sandbox->keeper, SIGKILL);
}

bool sandbox_signal(struct sandbox *sandbox, int signal_number)
{
    return !sandbox->over &&
           say(sandbox, &(struct keeper_message){.word = KEEPER_SIGNAL, .signal_number = signal_number});
}

const struct sandbox_ending *sandbox_end(struct sandbox *sandbox)
{
    take_ending(sandbox, false);
    if (!sandbox->over) {
        sandbox_stop(sandbox, RUN_END_CANCELLED, 0);
        take_ending(sandbox, true);
    }
    return &sandbox->ending;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox->keeper > 0) {
        kill(sandbox->keeper, SIGKILL); /* and with it, all */
        while (waitpid(sandbox->keeper, NULL, 0) < 0 && errno == EINTR)
            continue;
    } else if (sandbox->keeper == 0 && !sandbox->over) {
        return; /* zeroed: nothing was ever opened */
    }
    close_fd(&sandbox->input);
    close_fd(&sandbox->output);
    close_fd(&sandbox->errors);
    close_fd(&sandbox->control);
    close_fd(&sandbox->folder);
    cgroup_remove(sandbox->cgroup);
    *sandbox = (struct sandbox){-1, -1, -1, -1, -1, .over = true};
}
