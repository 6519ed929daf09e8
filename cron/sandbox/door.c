#include "cron/sandbox/door.h"

#include "base/number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PORT 80
#define LINES 16 /* connections at the same time; more wait */
#define BUFFER 16384
#define CONNECT_SECONDS 5
#define HEAD_MS 1000

/* What one end has sent and the other has not taken yet. */
struct way {
    char bytes[BUFFER];
    size_t begin, end;
    bool over; /* nothing more will come */
};

/* A connection: the command's end and the server's, and what goes to each from the other. */
struct line {
    int ends[2];
    struct way from[2];
};

enum { COMMAND, SERVER };

static const char unavailable[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n"
    "Connection: close\r\nRetry-After: 1\r\n\r\n"
    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
    "\"detail\":\"The service is starting or restarting. Try again in a moment.\"}";

static int listen_on_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The ids stand where the addresses of client and server would, which are hexadecimal digits, too. */
static void write_first_line(struct door *door, const struct sandbox_door *wanted)
{
    char run[UUID_DIGITS_SIZE], user[UUID_DIGITS_SIZE];

    snprintf(door->first_line, sizeof door->first_line, "PROXY TCP6 %s %s 1 1\r\n", uuid_digits(wanted->run, run),
             uuid_digits(wanted->user, user));
}

bool door_open(struct door *door, const struct sandbox_door *wanted, struct text *why)
{
    const char *slash = strrchr(wanted->socket, '/');
    char folder[108];

    *door = (struct door){-1, slash ? slash + 1 : "", ""};
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - wanted->socket) : 0, wanted->socket);
    write_first_line(door, wanted);
    door->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (door->folder < 0 || faccessat(door->folder, door->name, F_OK, 0) != 0)
        text_add_format(
            why,
            "This script uses the API, which cannot be reached from the host of its runner: there is no %s. "
            "The service coagent-nchan creates it.",
            wanted->socket);
    return why->length == 0;
}

/* By the folder, so that a server that starts anew, with a new socket of the same name, is found. */
static int connect_to_server(const struct door *door)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = CONNECT_SECONDS};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", door->folder, door->name);
    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
         connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Closed with something unread, the answer could be lost on its way. */
static void refuse(int client)
{
    struct pollfd ready = {client, POLLIN, 0};
    char head[BUFFER];

    if (poll(&ready, 1, HEAD_MS) > 0 && recv(client, head, sizeof head, 0) > 0)
        (void)!send(client, unavailable, sizeof unavailable - 1, MSG_NOSIGNAL);
    close(client);
}

static void accept_line(const struct door *door, int listener, struct line *line)
{
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    int server = client >= 0 ? connect_to_server(door) : -1;

    if (client < 0)
        return;
    if (server < 0) {
        refuse(client);
        return;
    }
    line->ends[COMMAND] = client;
    line->ends[SERVER] = server;
    line->from[COMMAND] = line->from[SERVER] = (struct way){.begin = 0};
    line->from[COMMAND].end = strlen(door->first_line);
    memcpy(line->from[COMMAND].bytes, door->first_line, line->from[COMMAND].end);
}

static void close_line(struct line *line)
{
    close(line->ends[COMMAND]);
    close(line->ends[SERVER]);
    line->ends[COMMAND] = line->ends[SERVER] = -1;
}

static bool is_empty(const struct way *way)
{
    return way->begin == way->end;
}

/* An end from which nothing can be taken is left out: it would report its end again and again. */
static struct pollfd wish_of(const struct line *line, int end)
{
    bool takes = !line->from[end].over && is_empty(&line->from[end]);
    short events = (short)((takes ? POLLIN : 0) | (is_empty(&line->from[!end]) ? 0 : POLLOUT));

    return (struct pollfd){events ? line->ends[end] : -1, events, 0};
}

/* false: the end is broken. */
static bool take(struct way *way, int fd)
{
    ssize_t count = recv(fd, way->bytes, sizeof way->bytes, 0);

    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    way->begin = 0;
    way->end = (size_t)count;
    way->over = count == 0;
    return true;
}

static bool give(struct way *way, int fd)
{
    ssize_t count = send(fd, way->bytes + way->begin, way->end - way->begin, MSG_NOSIGNAL);

    if (count < 0)
        return errno == EAGAIN || errno == EINTR;
    way->begin += (size_t)count;
    return true;
}

/* Moves what can be moved from one end to the other. */
static bool serve_way(struct line *line, int end, short happened)
{
    struct way *way = &line->from[end];
    int there = line->ends[!end];

    if (!way->over && is_empty(way) && happened && !take(way, line->ends[end]))
        return false;
    if (way->over && end == COMMAND)
        shutdown(there, SHUT_WR);
    return is_empty(way) || give(way, there);
}

static void serve_line(struct line *line, const struct pollfd ready[2])
{
    bool whole = serve_way(line, COMMAND, ready[COMMAND].revents) && serve_way(line, SERVER, ready[SERVER].revents);
    bool done = line->from[SERVER].over && is_empty(&line->from[SERVER]);

    if (!whole || done || ready[COMMAND].revents & (POLLHUP | POLLERR))
        close_line(line);
}

static struct line *free_line(struct line lines[LINES])
{
    for (int i = 0; i < LINES; i++)
        if (lines[i].ends[COMMAND] < 0)
            return &lines[i];
    return NULL;
}

_Noreturn static void serve(const struct door *door, int listener)
{
    static struct line lines[LINES];
    struct pollfd ready[2 * LINES + 1];

    for (int i = 0; i < LINES; i++)
        lines[i].ends[COMMAND] = lines[i].ends[SERVER] = -1;
    for (;;) {
        struct line *next = free_line(lines);

        for (int i = 0; i < 2 * LINES; i++)
            ready[i] = wish_of(&lines[i / 2], i % 2);
        ready[2 * LINES] = (struct pollfd){next ? listener : -1, POLLIN, 0};
        poll(ready, 2 * LINES + 1, -1);
        for (int i = 0; i < LINES; i++)
            if (lines[i].ends[COMMAND] >= 0 && (ready[2 * i].revents || ready[2 * i + 1].revents))
                serve_line(&lines[i], ready + 2 * i);
        if (next && ready[2 * LINES].revents)
            accept_line(door, listener, next);
    }
}

/* Only the two descriptors of the door are kept. */
_Noreturn static void become_door(struct door *door, int listener)
{
    int copies[] = {fcntl(listener, F_DUPFD_CLOEXEC, 64), fcntl(door->folder, F_DUPFD_CLOEXEC, 64)};

    listener = dup3(copies[0], 3, O_CLOEXEC);
    door->folder = dup3(copies[1], 4, O_CLOEXEC);
    close_range(5, ~0U, 0);
    prctl(PR_SET_NAME, "sandbox-door");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    serve(door, listener);
}

bool door_start(struct door *door, struct text *why)
{
    int listener = listen_on_loopback();
    pid_t pid = listener >= 0 ? _Fork() : -1; /* without the handlers of libraries, see cron/run/slim.h */

    if (pid == 0)
        become_door(door, listener);
    if (pid < 0)
        text_add_format(why, "The way to the API could not be created: %s.", strerror(errno));
    close(listener);
    close(door->folder);
    return pid > 0;
}
