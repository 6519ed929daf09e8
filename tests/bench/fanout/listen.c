#include "listen.h"

#include "websocket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPENING_MOST 16 /* handshakes at once in this process */
#define BUFFER_SIZE (256 << 10)
#define EVENTS 256

enum stage { STAGE_HANDSHAKE, STAGE_OPEN_PACKET, STAGE_CONNECT_PACKET, STAGE_READY };

struct socket {
    int fd;
    int number; /* among all sockets of the measurement */
    enum stage stage;
    char *rest; /* the beginning of a frame whose end is still to come */
    size_t rest_length;
};

struct listener {
    struct board *board;
    const struct plan *plan;
    struct tally *tally;
    struct socket *sockets;
    int count;   /* of its own sockets */
    int begun;   /* so many have been opened */
    int opening; /* so many are on their way */
    int epoll;
    char buffer[BUFFER_SIZE];
};

static void lose(struct listener *listener, struct socket *socket)
{
    if (socket->stage == STAGE_READY)
        atomic_fetch_sub(&listener->tally->ready, 1);
    else
        listener->opening--;
    atomic_fetch_add(&listener->tally->failed, 1);
    close(socket->fd);
    free(socket->rest);
    socket->rest = NULL;
    socket->fd = -1;
}

static void be_ready(struct listener *listener, struct socket *socket)
{
    socket->stage = STAGE_READY;
    listener->opening--;
    atomic_fetch_add(&listener->tally->ready, 1);
}

/* The handshake is sent at once: on the loopback a connection stands when connect returns. */
static void open_socket(struct listener *listener, struct socket *opened)
{
    const struct plan *plan = listener->plan;
    char request[8192];
    int one = 1;
    const char *header = plan->header_count > 0 ? plan->headers[opened->number % plan->header_count] : "";
    size_t length = handshake_write(request, sizeof request, plan->path, header);
    listener->opening++;
    opened->stage = STAGE_HANDSHAKE;
    opened->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(opened->fd, (const struct sockaddr *)&plan->address, sizeof plan->address) != 0 || length == 0 ||
        send(opened->fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) {
        lose(listener, opened);
        return;
    }
    setsockopt(opened->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(opened->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = opened};
    if (epoll_ctl(listener->epoll, EPOLL_CTL_ADD, opened->fd, &event) != 0)
        lose(listener, opened);
}

static void open_more(struct listener *listener)
{
    while (listener->begun < listener->count && listener->opening < OPENING_MOST)
        open_socket(listener, &listener->sockets[listener->begun++]);
}

static void count_message(struct listener *listener, const struct frame *frame, int64_t now)
{
    const char *mark = memmem(frame->payload, frame->length, MARK, sizeof MARK - 1);
    int number = 0;
    if (!mark)
        return;
    for (const char *at = mark + sizeof MARK - 1; at < frame->payload + frame->length && *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    if (number >= listener->plan->messages)
        return;
    histogram_add(&listener->tally->times, now - atomic_load(&listener->board->sent_at[number]));
    atomic_store(&listener->tally->last_at, now);
    atomic_fetch_add(&listener->tally->delivered, 1);
}

/* Engine.IO: "0{…}" opens it, "40" joins, "2" asks whether we are alive. */
static void take_packet(struct listener *listener, struct socket *socket, const struct frame *frame)
{
    char packet[120];
    if (frame->length > 0 && frame->payload[0] == '2') {
        frame_send(socket->fd, FRAME_TEXT, "3", 1);
    } else if (socket->stage == STAGE_OPEN_PACKET) {
        int length = snprintf(packet, sizeof packet, "40{\"token\":\"%s\"}", listener->plan->socket_io);
        frame_send(socket->fd, FRAME_TEXT, packet, (size_t)length);
        socket->stage = STAGE_CONNECT_PACKET;
    } else if (socket->stage == STAGE_CONNECT_PACKET && frame->length > 1 && frame->payload[1] == '0') {
        be_ready(listener, socket);
    }
}

/* Whether the socket goes on. */
static bool take_frame(struct listener *listener, struct socket *socket, const struct frame *frame, int64_t now)
{
    if (frame->kind == FRAME_PING)
        return frame_send(socket->fd, FRAME_PONG, frame->payload, frame->length);
    if (frame->kind == FRAME_CLOSE)
        return false;
    if (listener->plan->socket_io && (socket->stage != STAGE_READY || frame->payload[0] == '2'))
        take_packet(listener, socket, frame);
    else
        count_message(listener, frame, now);
    return true;
}

static bool take_handshake(struct listener *listener, struct socket *socket, const char **at, const char *end)
{
    long head = handshake_read(*at, (size_t)(end - *at));
    if (head <= 0)
        return head == 0;
    *at += head;
    if (listener->plan->socket_io)
        socket->stage = STAGE_OPEN_PACKET;
    else
        be_ready(listener, socket);
    return true;
}

static bool take_bytes(struct listener *listener, struct socket *socket, size_t length)
{
    const char *at = listener->buffer, *end = at + length;
    struct frame frame;
    size_t size;
    int64_t now = now_us();
    if (socket->stage == STAGE_HANDSHAKE && !take_handshake(listener, socket, &at, end))
        return false;
    while (socket->stage != STAGE_HANDSHAKE && (size = frame_read(at, (size_t)(end - at), &frame)) > 0) {
        if (!take_frame(listener, socket, &frame, now))
            return false;
        at += size;
    }
    socket->rest_length = (size_t)(end - at);
    socket->rest = socket->rest_length > 0 ? realloc(socket->rest, socket->rest_length) : socket->rest;
    if (socket->rest_length > 0)
        memcpy(socket->rest, at, socket->rest_length);
    return true;
}

static void read_socket(struct listener *listener, struct socket *socket)
{
    if (socket->rest_length > 0)
        memcpy(listener->buffer, socket->rest, socket->rest_length);
    ssize_t got = recv(socket->fd, listener->buffer + socket->rest_length, BUFFER_SIZE - socket->rest_length, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0 || !take_bytes(listener, socket, socket->rest_length + (size_t)got))
        lose(listener, socket);
}

_Noreturn void listen_run(struct board *board, int index)
{
    struct listener *listener = calloc(1, sizeof *listener);
    struct epoll_event events[EVENTS];
    if (!listener)
        _exit(1);
    listener->board = board;
    listener->plan = &board->plan;
    listener->tally = &board->tallies[index];
    listener->sockets = calloc((size_t)board->plan.sockets, sizeof *listener->sockets);
    listener->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!listener->sockets || listener->epoll < 0)
        _exit(1);
    for (int number = index; number < board->plan.sockets; number += board->plan.processes)
        listener->sockets[listener->count++].number = number;
    for (;;) {
        open_more(listener);
        int count = epoll_wait(listener->epoll, events, EVENTS, 1000);
        for (int i = 0; i < count; i++)
            read_socket(listener, events[i].data.ptr);
    }
}
