#include "cron/dispatch/leader.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BYTE_LEAD, BYTE_NEXT };

static bool set_lock(const struct leader *leader, short type, off_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(leader->fd, F_SETLK, &lock) == 0;
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

enum outcome leader_take(struct leader *leader)
{
    if (!set_lock(leader, F_WRLCK, BYTE_LEAD))
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
