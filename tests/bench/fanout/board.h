/* What the processes of one measurement share: the plan, and what each has seen so far. */
#ifndef COAGENT_BENCH_BOARD_H
#define COAGENT_BENCH_BOARD_H

#include "histogram.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define MESSAGES_MOST 100000
#define PROCESSES_MOST 16
#define HEADERS_MOST 16

/* Stands in every message, with the message's number behind it. */
#define MARK "bench-message-"

/* One way into a stack: where its sockets listen and where messages are posted. */
struct plan {
    struct sockaddr_in address;
    const char *path;      /* of the WebSocket */
    const char *socket_io; /* NULL, or the token: then Engine.IO 4 is spoken */
    char **headers;        /* of the handshakes, one a socket in turn */
    int header_count;
    int sockets;
    int processes; /* which listen */
    struct sockaddr_in post_address;
    const char *post_path;
    const char *post_headers[HEADERS_MOST]; /* ended by NULL */
    const char *body;                       /* with "@N@" where the message's number goes */
    int posters;                            /* connections that post at once */
    int messages;
    int64_t interval_us;  /* 0: each poster posts as soon as it is answered */
    int patience_seconds; /* without any progress */
};

/* Of one listening process; nobody else writes into it. */
struct tally {
    _Atomic int ready;  /* sockets that are open and in the room */
    _Atomic int failed; /* that could not be opened, or were closed */
    _Atomic long delivered;
    _Atomic int64_t last_at;
    struct histogram times;
};

struct board {
    struct plan plan;
    _Atomic int64_t sent_at[MESSAGES_MOST];
    struct tally tallies[PROCESSES_MOST];
};

static inline int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
