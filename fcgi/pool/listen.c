#include "fcgi/pool/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define QUEUE 1024
#define SOCKET_MODE 0660

static int is_served(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connected = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    return connected;
}

static int fail(struct listener *listener, struct text *why, const char *reason)
{
    text_add_format(why, "cannot listen at %s: %s", listener->path, reason);
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
    return -1;
}

/* The socket gets its name when it listens already: who finds it can connect. */
static int listen_under(struct listener *listener, const char *path, const char *new_path, struct sockaddr_un *address)
{
    struct stat file;
    memcpy(address->sun_path, new_path, strlen(new_path) + 1);
    unlink(new_path);
    if (bind(listener->fd, (struct sockaddr *)address, sizeof *address) != 0 || chmod(new_path, SOCKET_MODE) != 0 ||
        listen(listener->fd, QUEUE) != 0 || stat(new_path, &file) != 0 || rename(new_path, path) != 0)
        return -1;
    listener->device = file.st_dev;
    listener->inode = file.st_ino;
    return 0;
}

int listener_open(struct listener *listener, const char *path, struct text *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char new_path[sizeof address.sun_path];
    *listener = (struct listener){.fd = -1, .path = path};
    if (snprintf(new_path, sizeof new_path, "%s.new", path) >= (int)sizeof new_path)
        return fail(listener, why, "the path is too long for a unix socket");
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (is_served(&address))
        return fail(listener, why, "another pool serves it");
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->fd < 0 || listen_under(listener, path, new_path, &address) != 0)
        return fail(listener, why, strerror(errno));
    return 0;
}

int listener_adopt(struct listener *listener, int fd, const char *path, struct text *why)
{
    struct stat file;
    int listens = 0;
    socklen_t size = sizeof listens;
    *listener = (struct listener){.fd = fd, .path = path};
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        stat(path, &file) != 0)
        return fail(listener, why, strerror(errno));
    if (!listens)
        return fail(listener, why, "the inherited file descriptor is not a listening socket");
    listener->device = file.st_dev;
    listener->inode = file.st_ino;
    return 0;
}

void listener_unlink(const struct listener *listener)
{
    struct stat file;
    if (stat(listener->path, &file) == 0 && file.st_dev == listener->device && file.st_ino == listener->inode)
        unlink(listener->path);
}

int listener_is_wanted(const struct listener *listener)
{
    struct pollfd queue = {listener->fd, POLLIN, 0};
    return poll(&queue, 1, 0) > 0 && (queue.revents & POLLIN);
}
