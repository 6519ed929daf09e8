#include "ctl/round_trip.h"

#include "base/secretbox.h"
#include "ctl/stream.h"
#include "push/publish.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_SECONDS 3
#define SUBSCRIBE_SOCKET "nchan-subscribe.sock" /* beside the other one: nginx/nchan.conf.in */

static char *subscribe_path(const char *publish_socket)
{
    const char *slash = strrchr(publish_socket, '/');
    size_t folder = slash ? (size_t)(slash - publish_socket) + 1 : 0;

    return text_format("%.*s%s", (int)folder, publish_socket, SUBSCRIBE_SOCKET);
}

/* The request of the front nginx after it has authenticated a client. The key is of RFC 6455's example; nothing depends
 * on it here. */
static bool upgrade(int fd, const char *channel, struct text *received)
{
    char *request = text_format("GET /subscribe HTTP/1.1\r\nHost: coagent\r\nConnection: upgrade\r\n"
                                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Channels: %s\r\n\r\n",
                                channel);
    bool sent = stream_send(fd, request, strlen(request));

    free(request);
    while (sent && !strstr(text_string(received), "\r\n\r\n"))
        if (!stream_receive(fd, received))
            return false;
    return sent && strncmp(text_string(received), "HTTP/1.1 101", 12) == 0;
}

/* The head of a frame has zeros in it, so the message is looked for in bytes. */
static bool hears(int fd, struct text *received, const char *message)
{
    while (!memmem(text_string(received), received->length, message, strlen(message)))
        if (!stream_receive(fd, received))
            return false;
    return true;
}

static enum outcome send_round(int fd, const char *publish_socket, const char *channel, struct text *why)
{
    struct text received = TEXT_EMPTY;
    char *message = random_token(16);
    enum outcome outcome = OUTCOME_FAILED;
    struct push push;

    push_open(&push, publish_socket, NULL);
    if (!upgrade(fd, channel, &received))
        text_add_format(why, "nchan does not accept subscribers at %s", SUBSCRIBE_SOCKET);
    else if ((outcome = publish(&push, channel, message, strlen(message))) != OUTCOME_OK)
        text_add_format(why, "nchan does not accept messages at %s", publish_socket);
    else if (!hears(fd, &received, message)) {
        text_add(why, "nchan accepted a message that never arrived");
        outcome = OUTCOME_FAILED;
    }
    free(message);
    text_free(&received);
    return outcome;
}

enum outcome round_trip(const char *publish_socket, struct text *why)
{
    char *path = subscribe_path(publish_socket);
    char *random = random_token(12);
    char *channel = text_format("doctor_%s", random);
    struct text reason = TEXT_EMPTY;
    int fd = stream_open(path, PATIENCE_SECONDS, &reason);
    enum outcome outcome = OUTCOME_AWAY;

    if (fd < 0)
        text_add_format(why, "no program listens at %s: %s", path, text_string(&reason));
    else
        outcome = send_round(fd, publish_socket, channel, why);
    if (fd >= 0)
        close(fd);
    free(path);
    free(random);
    free(channel);
    text_free(&reason);
    return outcome;
}
