#include "cron/dispatch/leader.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define AGAIN_US 50000

enum { BYTE_LEAD, BYTE_NEXT };

static bool set_lock(const struct leader *leader, short type, off_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(leader->fd, F_SETLK, &lock) == 0;
}

static void wake_up(int signal_number)
{
    (void)signal_number;
}

/* Asleep until the lock is free. A timer interrupts it: more than once, because the first signal may come before. */
static bool await_lock(const struct leader *leader, off_t byte, int ms)
{
    const struct itimerval never = {{0, 0}, {0, 0}};
    const struct itimerval later = {{0, AGAIN_US}, {ms / 1000, ms % 1000 * 1000}};
    const struct sigaction action = {.sa_handler = wake_up};
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    struct sigaction before;
    bool locked;

    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &later, NULL);
    locked = fcntl(leader->fd, F_SETLKW, &lock) == 0;
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    return locked;
}

enum outcome leader_open(struct leader *leader, const char *path)
{
    leader->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (leader->fd >= 0)
        return OUTCOME_OK;
    log_error("the lock file %s (RUNNER_LOCK) cannot be opened: %s", path, strerror(errno));
    return OUTCOME_FAILED;
}

enum outcome leader_queue(struct leader *leader)
{
    return set_lock(leader, F_WRLCK, BYTE_NEXT) ? OUTCOME_OK : OUTCOME_CONFLICT;
}

enum outcome leader_take(struct leader *leader, int ms)
{
    if (!set_lock(leader, F_WRLCK, BYTE_LEAD) && (ms == 0 || !await_lock(leader, BYTE_LEAD, ms)))
        return OUTCOME_CONFLICT;
    set_lock(leader, F_UNLCK, BYTE_NEXT);
    return OUTCOME_OK;
}

bool leader_is_awaited(const struct leader *leader)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BYTE_NEXT, .l_len = 1};

    return fcntl(leader->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void leader_close(struct leader *leader)
{
    if (leader->fd >= 0)
        close(leader->fd);
    leader->fd = -1;
}
