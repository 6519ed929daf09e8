#include "cron/sandbox/keeper.h"

#include "base/clock.h"
#include "cron/sandbox/command.h"
#include "cron/sandbox/door.h"
#include "cron/sandbox/network.h"
#include "cron/sandbox/root.h"
#include "cron/sandbox/stage.h"
#include "cron/sandbox/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEBIBYTE (1024LL * 1024)
#define TICK_MOST_MS 50
#define KEPT 5
#define WALL_GRACE_MS 5000 /* between the end of the time and the killing */
#define STACK_BYTES 65536
#define SIGNAL_SET_BYTES 8 /* as the kernel has it */

struct keeper {
    struct sandbox_spec spec;
    int control, folder;
    int addresses; /* of the host, as they are added; -1 without network */
    int counters;  /* of a network namespace without a way out, until somebody looks for one; else -1 */
    struct command command;
    struct tree tree;
    pid_t bwrap;
    int64_t base_bytes; /* what the stage takes by itself */
    int64_t peak_bytes;
    int64_t watched_cpu_ms;
    int64_t wall_at, kill_at; /* monotonic; 0: not yet */
    bool stopped;
    bool was_full;            /* the disk */
    enum run_end_word reason; /* when stopped */
};

static bool say(const struct keeper *keeper, const struct keeper_message *message)
{
    return send(keeper->control, message, sizeof *message, MSG_NOSIGNAL) == (ssize_t)sizeof *message;
}

_Noreturn static void fail(const struct keeper *keeper, const char *why)
{
    struct keeper_message message = {.word = KEEPER_FAILED};

    snprintf(message.why, sizeof message.why, "%s", why);
    say(keeper, &message);
    _exit(1);
}

/* Nothing of the executor's stays open here, above all not its connection to the database. */
static void keep_descriptors(struct keeper *keeper, const struct keeper_order *order)
{
    const int kept[KEPT] = {order->control, order->input, order->output, order->errors, order->cgroup};
    int copies[KEPT];
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int i = 0; i < KEPT; i++)
        copies[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, 64);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    for (int i = 0; i < KEPT; i++)
        dup3(copies[i], 3 + i, O_CLOEXEC);
    close_range(3 + KEPT, ~0U, 0);
    keeper->control = 3;
    keeper->command = (struct command){&keeper->spec, 4, 5, 6, -1, order->cgroup < 0 ? -1 : 7};
}

/* The command would inherit ignored and blocked signals of the runner and its parent. By system calls: the
 * C library leaves the two signals that it keeps for itself as they are. Zeros are the default action, and no mask. */
static void reset_signals(void)
{
    static const unsigned long zeros[16];

    syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, NULL, SIGNAL_SET_BYTES);
    for (int number = 1; number < NSIG; number++)
        syscall(SYS_rt_sigaction, number, zeros, NULL, SIGNAL_SET_BYTES);
}

/* It lives as long as the executor: the signal comes at its death, and should that have been before, the end of
 * control says so. */
static void bind_life(const struct keeper *keeper)
{
    struct pollfd end = {keeper->control, 0, 0};

    reset_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "sandbox-keeper");
    if (poll(&end, 1, 0) > 0)
        _exit(1);
}

/* The kernel counts for each user namespace, within what the host's user has left. Below the keeper's own there is one,
 * bubblewrap's, in which the command can make none. The host gives a user 128 instances of inotify. */
static const struct {
    const char *path;
    const char *most;
} quotas[] = {
    {"/proc/sys/user/max_user_namespaces", "1"},
    {"/proc/sys/user/max_inotify_instances", "8"},
    {"/proc/sys/user/max_inotify_watches", "8192"},
};

static bool set_quotas(void)
{
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        int fd = open(quotas[i].path, O_WRONLY | O_CLOEXEC);
        ssize_t length = (ssize_t)strlen(quotas[i].most);
        bool set = fd >= 0 && write(fd, quotas[i].most, (size_t)length) == length;

        if (fd >= 0)
            close(fd);
        if (!set)
            return false;
    }
    return true;
}

static void set_up(struct keeper *keeper, const struct keeper_order *order)
{
    struct text why = TEXT_EMPTY;
    struct root_binds binds;
    struct door door;

    if (!root_open_binds(&binds, &keeper->spec, &why)) /* before the stage hides the host's files, as the next */
        fail(keeper, text_string(&why));
    if (keeper->spec.door && !door_open(&door, keeper->spec.door, &why))
        fail(keeper, text_string(&why));
    if ((keeper->folder = stage_set(&keeper->spec, order->uid, order->gid, &why)) < 0)
        fail(keeper, text_string(&why));
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
        fail(keeper, "The processes of the sandbox cannot be monitored: /proc cannot be mounted.");
    if (!(keeper->spec.reach ? network_set(keeper->spec.reach, &keeper->addresses, &why) : network_close(&why)) ||
        !root_set(keeper->folder, &keeper->spec, &binds, &why) || (keeper->spec.door && !door_start(&door, &why)))
        fail(keeper, text_string(&why));
    if (!tree_open(&keeper->tree) || !set_quotas())
        fail(keeper, "The processes of the sandbox cannot be monitored: /proc cannot be used.");
    if (!keeper->spec.reach)
        keeper->counters = network_open_counters(dirfd(keeper->tree.proc));
    keeper->base_bytes = stage_used(keeper->folder);
}

static int become_bubblewrap(void *context)
{
    const struct command *command = context;

    command_exec(command);
    dprintf(command->errors, "The sandbox could not be entered: %s.\n", strerror(errno));
    _exit(127);
}

/* The executor opens the folder by /proc, since a descriptor in a message could be refused: the kernel counts those of
 * all processes of a user together. Only then code runs, so that a run which is told as not started never was. */
static void await_go(const struct keeper *keeper)
{
    struct keeper_message message = {.word = KEEPER_READY, .folder = keeper->folder};
    ssize_t length;

    if (!say(keeper, &message))
        _exit(1);
    while ((length = recv(keeper->control, &message, sizeof message, 0)) < 0 && errno == EINTR)
        continue;
    if (length != (ssize_t)sizeof message || message.word != KEEPER_GO)
        _exit(1);
}

/* The executor has been told that the command starts: the reason is the last line of its stderr. */
_Noreturn static void lose(const struct keeper *keeper, const char *why)
{
    dprintf(keeper->command.errors, "%s: %s.\n", why, strerror(errno));
    _exit(1);
}

/* Answers the end of the pipe where bubblewrap reports. Until the child is bubblewrap it borrows this process's memory,
 * of which nothing is copied, and this process waits. */
static int start(struct keeper *keeper)
{
    _Alignas(16) char stack[STACK_BYTES];
    int status[2];

    if (pipe2(status, O_CLOEXEC | O_NONBLOCK) != 0)
        lose(keeper, "The sandbox could not be started");
    keeper->command.status = status[1];
    keeper->bwrap = clone(become_bubblewrap, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &keeper->command);
    if (keeper->bwrap < 0)
        lose(keeper, "The sandbox could not be started");
    close(status[1]);
    close(keeper->command.input);
    close(keeper->command.output);
    close(keeper->command.errors);
    return status[0];
}

static void stop(struct keeper *keeper, enum run_end_word reason, int grace_ms)
{
    int64_t kill_at = clock_monotonic_ms() + grace_ms;

    if (keeper->stopped) {
        if (kill_at < keeper->kill_at)
            keeper->kill_at = kill_at;
        return;
    }
    keeper->stopped = true;
    keeper->reason = reason;
    keeper->kill_at = kill_at;
    if (grace_ms > 0)
        tree_signal(&keeper->tree, SIGTERM);
}

static void listen_to_executor(struct keeper *keeper)
{
    struct keeper_message message;
    ssize_t length = recv(keeper->control, &message, sizeof message, MSG_DONTWAIT);

    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        _exit(1); /* the executor is dead: with process 1 the kernel kills all */
    if (length != (ssize_t)sizeof message)
        return;
    if (message.word == KEEPER_STOP)
        stop(keeper, message.stop.reason, message.stop.grace_ms);
    else if (message.word == KEEPER_SIGNAL)
        tree_signal(&keeper->tree, message.signal_number);
}

static void watch_network(struct keeper *keeper)
{
    const struct keeper_message message = {.word = KEEPER_SOUGHT};

    if (keeper->counters < 0 || !network_was_sought(keeper->counters))
        return;
    close(keeper->counters);
    keeper->counters = -1;
    say(keeper, &message);
}

static void watch(struct keeper *keeper)
{
    const struct sandbox_limits *limits = &keeper->spec.limits;
    int64_t files = stage_used(keeper->folder) - keeper->base_bytes;
    struct tree_use use = tree_measure(&keeper->tree, limits->memory_mb * MEBIBYTE, files);

    if (use.memory > keeper->peak_bytes)
        keeper->peak_bytes = use.memory;
    keeper->watched_cpu_ms = use.cpu_ms;
    keeper->was_full = keeper->was_full || stage_is_full(keeper->folder);
    if (use.memory > limits->memory_mb * MEBIBYTE)
        stop(keeper, RUN_END_MEMORY, 0);
    else if (use.tasks > limits->processes)
        stop(keeper, RUN_END_PROCESSES, 0);
    else if (use.cpu_ms >= limits->cpu_seconds * 1000)
        stop(keeper, RUN_END_CPU_TIME, 0);
    else if (clock_monotonic_ms() >= keeper->wall_at)
        stop(keeper, RUN_END_WALL_TIME, WALL_GRACE_MS);
}

/* Until the command is at its end, or must be brought there. The first looks come soon: many runs are short. */
static void keep(struct keeper *keeper)
{
    int pidfd = (int)syscall(SYS_pidfd_open, keeper->bwrap, 0);
    int tick = 25;

    for (;;) {
        struct pollfd wake[] = {{keeper->control, POLLIN, 0}, {pidfd, POLLIN, 0}, {keeper->addresses, POLLIN, 0}};

        poll(wake, 3, tick);
        if (wake[2].revents && !network_follow(keeper->addresses))
            stop(keeper, RUN_END_LOST, 0); /* rather than let it reach the host */
        tick = tick * 2 < TICK_MOST_MS ? tick * 2 : TICK_MOST_MS;
        if (wake[0].revents)
            listen_to_executor(keeper);
        watch_network(keeper);
        if (wake[1].revents)
            break;
        watch(keeper);
        if (keeper->stopped && clock_monotonic_ms() >= keeper->kill_at)
            break;
    }
    close(pidfd);
}

/* Everybody but the caller, who is process 1 here, in all namespaces below too; then nobody is left. */
static void kill_all(void)
{
    kill(-1, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
}

/* bubblewrap says with what the command ended, if it came that far. -1: it did not. */
static int read_exit_code(int status_fd)
{
    char report[2048];
    ssize_t length = read(status_fd, report, sizeof report - 1);
    const char *code;

    report[length > 0 ? length : 0] = '\0';
    code = strstr(report, "\"exit-code\":");
    return code ? (int)strtol(code + sizeof "\"exit-code\":" - 1, NULL, 10) : -1;
}

/* Whether the kernel, which stops processes at limits of their own, has stopped the command. Its status alone says
 * nothing: a command may end with 152 or 153 of its own accord. */
static bool ended_by_cpu(const struct keeper *keeper, int code, int64_t cpu_ms)
{
    return code == 128 + SIGXCPU && cpu_ms >= keeper->spec.limits.cpu_seconds * 1000;
}

/* A full disk is an error to the writer, who may do without. */
static bool ended_by_disk(const struct keeper *keeper, int code)
{
    const struct sandbox_limits *limits = &keeper->spec.limits;

    return (code > 0 && (keeper->was_full || stage_is_full(keeper->folder))) ||
           (code == 128 + SIGXFSZ && limits->file_mb < limits->disk_mb);
}

static void judge(const struct keeper *keeper, int code, struct sandbox_ending *ending)
{
    ending->exit_code = -1;
    if (keeper->stopped) {
        ending->reason = keeper->reason;
    } else if (ended_by_disk(keeper, code)) {
        ending->reason = RUN_END_DISK;
    } else if (ended_by_cpu(keeper, code, ending->cpu_ms)) {
        ending->reason = RUN_END_CPU_TIME;
    } else if (code > 128 && code < 128 + NSIG) {
        ending->reason = RUN_END_SIGNAL;
        ending->signal_number = code - 128;
    } else if (code >= 0) {
        ending->reason = RUN_END_EXIT;
        ending->exit_code = code;
    } else {
        ending->reason = RUN_END_LOST;
    }
}

static int64_t milliseconds(struct timeval time)
{
    return time.tv_sec * 1000 + time.tv_usec / 1000;
}

static void report(const struct keeper *keeper, int code)
{
    struct keeper_message message = {.word = KEEPER_ENDED};
    struct sandbox_ending *ending = &message.ending;
    struct rusage use;

    getrusage(RUSAGE_CHILDREN, &use);
    ending->cpu_ms = milliseconds(use.ru_utime) + milliseconds(use.ru_stime);
    if (ending->cpu_ms < keeper->watched_cpu_ms)
        ending->cpu_ms = keeper->watched_cpu_ms;
    ending->peak_bytes = keeper->peak_bytes;
    judge(keeper, code, ending);
    say(keeper, &message);
}

_Noreturn void keeper_run(const struct keeper_order *order)
{
    struct keeper keeper = {.spec = *order->spec, .addresses = -1, .counters = -1};

    keep_descriptors(&keeper, order);
    bind_life(&keeper);
    set_up(&keeper, order);
    await_go(&keeper);
    keeper.wall_at = clock_monotonic_ms() + keeper.spec.limits.wall_seconds * 1000;
    int status = start(&keeper);

    keep(&keeper);
    kill_all();
    report(&keeper, read_exit_code(status));
    _exit(0);
}
