#include "push/publish.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEAF_MS 1000   /* how long nobody publishes, after somebody has waited in vain */
#define REPLY_SIZE 256 /* the status line is all that is read */

char *channel_name(char buffer[CHANNEL_SIZE], const char *prefix, const char *id)
{
    snprintf(buffer, CHANNEL_SIZE, "%s%s", prefix, id);
    return buffer;
}

void push_open(struct push *push, const char *socket_path, atomic_llong *shared)
{
    push->socket_path = socket_path;
    atomic_init(&push->own_deaf_until, 0);
    push->deaf_until = shared ? shared : &push->own_deaf_until;
    push_renew(push);
}

void push_renew(struct push *push)
{
    push->until = clock_monotonic_ms() + PUSH_BUDGET_MS;
}

static bool is_deaf(const struct push *push)
{
    return atomic_load_explicit(push->deaf_until, memory_order_relaxed) > clock_monotonic_ms();
}

/* Waits for the socket; false at the deadline or on a failure. */
static bool socket_is_ready(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0)
            return false;
        struct pollfd waited = {fd, events, 0};
        int ready = poll(&waited, 1, (int)left);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

/* A unix socket connects at once, or its backlog is full (EAGAIN): then it is asked again until the deadline. */
static int connect_unix(const char *path, int64_t deadline)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    while (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno != EINTR && (errno != EAGAIN || clock_monotonic_ms() >= deadline)) {
            close(fd);
            return -1;
        }
        poll(NULL, 0, 5);
    }
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t length, int64_t deadline)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (errno == EAGAIN) {
            if (!socket_is_ready(fd, POLLOUT, deadline))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* The status of the reply, or 0 when none came. */
static int receive_status(int fd, int64_t deadline)
{
    char reply[REPLY_SIZE] = "";
    size_t length = 0;
    long long status = 0;
    while (length < sizeof reply - 1 && !memchr(reply, '\n', length)) {
        if (!socket_is_ready(fd, POLLIN, deadline))
            return 0;
        ssize_t got = recv(fd, reply + length, sizeof reply - 1 - length, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            break;
        if (got > 0)
            length += (size_t)got;
    }
    if (length < 12 || strncmp(reply, "HTTP/1.", 7) != 0 || reply[8] != ' ')
        return 0;
    reply[12] = '\0';
    return number_parse(reply + 9, 100, 599, &status) == OUTCOME_OK ? (int)status : 0;
}

/* One exchange on a connection of its own: 0 when nchan did not answer in time. The request goes out in one piece, for
 * which nchan wakes once. It has to be waited for: nginx drops the request of a client that is gone. */
static int exchange(struct push *push, const struct text *request)
{
    int fd = connect_unix(push->socket_path, push->until);
    if (fd < 0)
        return 0;
    int status = 0;
    if (send_all(fd, request->bytes, request->length, push->until))
        status = receive_status(fd, push->until);
    close(fd);
    if (status == 0 && clock_monotonic_ms() >= push->until)
        atomic_store_explicit(push->deaf_until, clock_monotonic_ms() + DEAF_MS, memory_order_relaxed);
    return status;
}

static enum outcome judge(int status, const char *what, const char *channels)
{
    if (status >= 200 && status < 300)
        return OUTCOME_OK;
    if (status)
        log_warn("nchan refused to %s %s with status %d", what, channels, status);
    else
        log_warn("nchan did not respond: %s %s", what, channels);
    return status ? OUTCOME_FAILED : OUTCOME_AWAY;
}

/* nginx hands $arg_… on undecoded, so the commas between the channels stay as they are. */
static void add_channels(struct text *head, const char *channels)
{
    for (const char *at = channels;;) {
        size_t length = strcspn(at, ",");
        char *one = text_format("%.*s", (int)length, at);
        text_add_url(head, one);
        free(one);
        if (at[length] == '\0')
            return;
        text_add_char(head, ',');
        at += length + 1;
    }
}

enum outcome publish(struct push *push, const char *channels, const char *message, size_t length)
{
    struct text request = TEXT_EMPTY;
    if (is_deaf(push))
        return OUTCOME_AWAY;
    text_add(&request, "POST /publish?channels=");
    add_channels(&request, channels);
    text_add_format(&request,
                    " HTTP/1.1\r\nHost: nchan\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    "Content-Length: %zu\r\n\r\n",
                    length);
    text_add_bytes(&request, message, length);
    int status = exchange(push, &request);
    text_free(&request);
    return judge(status, "publish to", channels);
}

enum outcome channel_close(struct push *push, const char *channel)
{
    struct text request = TEXT_EMPTY;
    text_add(&request, "DELETE /channel?id=");
    text_add_url(&request, channel);
    text_add(&request, " HTTP/1.1\r\nHost: nchan\r\nConnection: close\r\n\r\n");
    int status = exchange(push, &request);
    text_free(&request);
    return status == 404 ? OUTCOME_OK : judge(status, "close", channel); /* 404: nobody listens */
}
