#include "cron/lead.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BYTE_LEAD, BYTE_NEXT };

static bool set(const struct lead *lead, short type, off_t byte)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

    return fcntl(lead->fd, F_SETLK, &lock) == 0;
}

enum outcome lead_open(struct lead *lead, const char *path)
{
    lead->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (lead->fd >= 0)
        return OUTCOME_OK;
    log_error("the lock file %s (RUNNER_LOCK) cannot be opened: %s", path, strerror(errno));
    return OUTCOME_FAILED;
}

enum outcome lead_queue(struct lead *lead)
{
    return set(lead, F_WRLCK, BYTE_NEXT) ? OUTCOME_OK : OUTCOME_CONFLICT;
}

enum outcome lead_take(struct lead *lead)
{
    if (!set(lead, F_WRLCK, BYTE_LEAD))
        return OUTCOME_CONFLICT;
    set(lead, F_UNLCK, BYTE_NEXT);
    return OUTCOME_OK;
}

bool lead_is_awaited(const struct lead *lead)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BYTE_NEXT, .l_len = 1};

    return fcntl(lead->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void lead_close(struct lead *lead)
{
    if (lead->fd >= 0)
        close(lead->fd);
    lead->fd = -1;
}
