#include "ctl/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int stream_open(const char *path, int seconds, struct text *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {seconds, 0};
    int fd = -1;

    if (strlen(path) >= sizeof address.sun_path) {
        text_add(why, "the path is too long for a unix socket");
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    text_add(why, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

bool stream_send(int fd, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t sent = send(fd, next, length, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        next += sent;
        length -= (size_t)sent;
    }
    return true;
}

bool stream_receive(int fd, struct text *received)
{
    char part[4096];
    ssize_t got;

    do
        got = recv(fd, part, sizeof part, 0);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    text_add_bytes(received, part, (size_t)got);
    return true;
}
