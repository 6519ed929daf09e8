/* HTTP client over libcurl, for the runner (model endpoints and, later, MCP servers) and for coagentctl. The only part
 * that knows libcurl, in a library of its own (libhttp.a), because handlers must not map it. Only http and https;
 * redirects are not followed, so a key never travels to another host. */
#ifndef COAGENT_HTTP_H
#define COAGENT_HTTP_H

#include "outcome.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

struct http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL */
    const char *body;           /* NULL for none */
    size_t body_length;
    const char *ca_file;  /* PEM: the certificates to trust instead of the system's authorities; NULL: those */
    bool any_certificate; /* only to see who answers: nothing is sent that others may not know */
    int connect_seconds;  /* for the connection to stand */
    int silent_seconds;   /* how long the other side may say nothing; 0: the watch knows */
};

/* Looks on while the transfer goes. Every function may be NULL. */
struct http_watch {
    void *context;
    /* Bytes of the body of a 2xx reply as they come; false: that is enough, end the transfer. */
    bool (*take)(void *context, const char *bytes, size_t length);
    /* Called at least every tick_ms, and at once when the socket of wake can be read; false: end the transfer. */
    bool (*tick)(void *context);
    int tick_ms;
    int (*wake)(void *context); /* a socket, or -1 for none now */
};

struct http_reply {
    long status;              /* 0: none came */
    long long retry_after_ms; /* what a Retry-After asks for: a number, also with a fraction, or a date; 0 for none */
    struct text body;         /* of replies that watch->take did not get, at most 1 MiB of it */
    bool stopped;             /* the watch ended the transfer */
    char error[256];          /* for people, when it did not end well */
};

/* Sends and waits. OK: a whole reply came, with whatever status; AWAY: none began (no connection, refused, timed out);
 * FAILED: it broke off, or the watch ended it (reply->stopped). reply is set in every case and is freed with
 * http_reply_free. */
enum outcome http_send(const struct http_request *request, const struct http_watch *watch, struct http_reply *reply);

void http_reply_free(struct http_reply *reply);

#endif
