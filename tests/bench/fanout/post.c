#include "post.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SIZE 16384
#define ANSWER_SIZE 65536
#define POSTERS_MOST 64

struct poster {
    int fd;
    int number; /* of the message that waits for its answer, or -1 */
    char answer[ANSWER_SIZE];
    size_t length;
};

static bool open_poster(struct poster *poster, const struct plan *plan)
{
    int one = 1;
    poster->number = -1;
    poster->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(poster->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connect(poster->fd, (const struct sockaddr *)&plan->post_address, sizeof plan->post_address) == 0;
}

/* The body with the message's number in the place of "@N@". */
static int write_body(const struct plan *plan, int number, char *body, size_t size)
{
    const char *place = strstr(plan->body, "@N@");
    if (!place)
        return snprintf(body, size, "%s", plan->body);
    return snprintf(body, size, "%.*s" MARK "%d %s", (int)(place - plan->body), plan->body, number, place + 3);
}

static bool post_message(struct board *board, struct poster *poster, int number)
{
    const struct plan *plan = &board->plan;
    char body[REQUEST_SIZE / 2], request[REQUEST_SIZE];
    int body_length = write_body(plan, number, body, sizeof body);
    int length = snprintf(request, sizeof request,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                          "Content-Length: %d\r\n",
                          plan->post_path, body_length);
    for (const char *const *header = plan->post_headers; *header && length < REQUEST_SIZE; header++)
        length += snprintf(request + length, sizeof request - (size_t)length, "%s\r\n", *header);
    if (length < REQUEST_SIZE)
        length += snprintf(request + length, sizeof request - (size_t)length, "\r\n%s", body);
    if (length >= REQUEST_SIZE || body_length >= (int)sizeof body)
        return false;
    poster->number = number;
    poster->length = 0;
    atomic_store(&board->sent_at[number], now_us());
    return send(poster->fd, request, (size_t)length, MSG_NOSIGNAL) == length;
}

/* Whether the answer is all there. */
static bool is_complete(const struct poster *poster)
{
    const char *end = memmem(poster->answer, poster->length, "\r\n\r\n", 4);
    if (!end)
        return false;
    const char *said = strcasestr(poster->answer, "\r\ncontent-length:");
    if (said && said < end)
        return poster->length >= (size_t)(end + 4 - poster->answer) + strtoul(said + 17, NULL, 10);
    return poster->length >= 5 && memcmp(poster->answer + poster->length - 5, "0\r\n\r\n", 5) == 0;
}

/* Reads what has come; false when it is no good answer. */
static bool read_answer(struct board *board, struct poster *poster, struct histogram *answers)
{
    ssize_t got = recv(poster->fd, poster->answer + poster->length, ANSWER_SIZE - 1 - poster->length, 0);
    if (got <= 0)
        return false;
    poster->length += (size_t)got;
    poster->answer[poster->length] = '\0';
    if (!is_complete(poster))
        return poster->length < ANSWER_SIZE - 1;
    histogram_add(answers, now_us() - atomic_load(&board->sent_at[poster->number]));
    poster->number = -1;
    if (strncmp(poster->answer, "HTTP/1.1 2", 10) == 0)
        return true;
    fprintf(stderr, "fanout: a message was answered with %.300s\n", poster->answer);
    return false;
}

/* Posts what is due on the connections that are free; how long until the next is due, in milliseconds. */
static int post_due(struct board *board, struct poster *posters, int *next, int64_t begun, bool *good)
{
    const struct plan *plan = &board->plan;
    for (int i = 0; i < plan->posters && *next < plan->messages && *good; i++) {
        if (posters[i].number >= 0)
            continue;
        int64_t wait = begun + *next * plan->interval_us - now_us();
        if (wait > 0)
            return (int)(wait / 1000) + 1;
        *good = post_message(board, &posters[i], (*next)++);
    }
    return plan->patience_seconds * 1000;
}

bool post_all(struct board *board, struct histogram *answers)
{
    const struct plan *plan = &board->plan;
    struct poster *posters = calloc(POSTERS_MOST, sizeof *posters);
    struct pollfd waits[POSTERS_MOST];
    bool good = posters != NULL && plan->posters <= POSTERS_MOST;
    int next = 0;
    for (int i = 0; good && i < plan->posters; i++) {
        good = open_poster(&posters[i], plan);
        waits[i] = (struct pollfd){posters[i].fd, POLLIN, 0};
    }
    int64_t begun = now_us();
    while (good && answers->total < (uint64_t)plan->messages) {
        int timeout = post_due(board, posters, &next, begun, &good);
        int ready = good ? poll(waits, (nfds_t)plan->posters, timeout) : 0;
        if (ready == 0 && timeout >= plan->patience_seconds * 1000)
            good = false;
        for (int i = 0; ready > 0 && i < plan->posters; i++)
            if (waits[i].revents && !read_answer(board, &posters[i], answers))
                good = false;
    }
    free(posters);
    return good;
}
