#include "fcgi/http/response.h"

#include "base/log.h"
#include "fcgi/http/source.h"
#include "push/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is done after the answer, in the order in which it was asked for. */
struct later {
    struct later *next;
    char *channels;
    char *message; /* NULL: the channel is closed */
};

struct response {
    int status;
    struct text headers;
    size_t standing;        /* so many bytes of them stay, whatever the answer */
    const char *media_type; /* a literal, or kept by the request */
    struct text body;
    const char *content; /* what is sent: body, or a row that the database connection keeps */
    size_t content_length;
    struct piece (*fetch)(struct request *request, long long offset); /* NULL: content is all */
    const char *location;                                             /* kept by the request */
    struct json_object *errors;
    struct later *first, **last;
};

/* Every answer is data for a program: nothing in it may be run, framed, guessed at or kept. */
static const char common_headers[] = "X-Content-Type-Options: nosniff\r\n"
                                     "Referrer-Policy: no-referrer\r\n"
                                     "Cache-Control: no-store\r\n"
                                     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

struct response *response_new(void)
{
    struct response *response = calloc(1, sizeof *response);
    if (!response)
        abort();
    response->last = &response->first;
    response->content = "";
    return response;
}

static void forget_later(struct response *response)
{
    for (struct later *at = response->first, *next; at; at = next) {
        next = at->next;
        free(at->channels);
        free(at->message);
        free(at);
    }
    response->first = NULL;
    response->last = &response->first;
}

void response_free(struct response *response)
{
    if (!response)
        return;
    forget_later(response);
    text_free_secret(&response->headers);
    text_free_secret(&response->body);
    json_object_put(response->errors);
    free(response);
}

void response_reset(struct request *request)
{
    struct response *response = request->response;
    char *standing = strndup(text_string(&response->headers), response->standing);
    forget_later(response);
    text_clear(&response->headers);
    text_add(&response->headers, standing);
    free(standing);
    text_clear(&response->body);
    response->content = "";
    response->content_length = 0;
    response->fetch = NULL;
    json_object_put(response->errors);
    response->errors = NULL;
    response->location = NULL;
    response->status = 0;
}

void response_keep_headers(struct request *request)
{
    request->response->standing = request->response->headers.length;
}

int response_status(const struct request *request)
{
    return request->response->status;
}

const char *response_location(const struct request *request)
{
    return request->response->location;
}

const char *response_body(const struct request *request)
{
    return request->response->content;
}

struct json_object *response_errors(struct request *request)
{
    if (!request->response->errors)
        request->response->errors = json_object_new_array();
    return request->response->errors;
}

/* A later answer takes the place of an earlier one. */
static void set_answer(struct request *request, int status, const char *media_type, const char *body, size_t length)
{
    struct response *response = request->response;
    response->status = status;
    text_clear(&response->body);
    text_add_bytes(&response->body, body, length);
    response->content = response->body.bytes;
    response->content_length = length;
    response->fetch = NULL;
    response->media_type = media_type;
}

void respond_json(struct request *request, int status, const char *json)
{
    set_answer(request, status, "application/json", json, strlen(json));
}

void respond_created(struct request *request, const char *location, const char *json)
{
    request->response->location = request_keep(request, text_format("/api%s", location));
    respond_header(request, "Location", request->response->location);
    respond_json(request, 201, json);
}

void respond_nothing(struct request *request)
{
    set_answer(request, 204, NULL, "", 0);
}

void respond_bytes(struct request *request, int status, const char *media_type, const char *body, size_t length)
{
    set_answer(request, status, media_type, body, length);
}

/* Nothing that a program left is shown by a browser as a page of this site: it is saved under its name, and where a
 * browser opens it all the same, it may do nothing. */
void respond_pieces(struct request *request, const char *media_type, const char *file_name, long long length,
                    struct piece (*fetch)(struct request *request, long long offset))
{
    struct text disposition = TEXT_EMPTY;
    text_add(&disposition, "attachment; filename*=UTF-8''");
    text_add_url(&disposition, file_name);
    respond_header(request, "Content-Disposition", text_string(&disposition));
    respond_header(request, "Content-Security-Policy", "sandbox");
    set_answer(request, 200, media_type, "", 0);
    request->response->content_length = (size_t)length;
    request->response->fetch = fetch;
    text_free(&disposition);
}

/* What only reads runs no other statement before the answer is out: the row is sent from where it is. */
static void lend_answer(struct request *request, int status, const char *json)
{
    struct response *response = request->response;
    response->status = status;
    response->content = json;
    response->content_length = strlen(json);
    response->media_type = "application/json";
}

void respond_row(struct request *request, enum outcome outcome, int status)
{
    const char *value = outcome == OUTCOME_OK ? db_value(request->db, 0, 0) : NULL;
    if (outcome != OUTCOME_OK)
        respond_problem(request, outcome, NULL);
    else if (value && !request_is_unsafe(request))
        lend_answer(request, status, value);
    else if (value)
        respond_json(request, status, value);
    else
        respond_problem(request, OUTCOME_ABSENT, NULL);
}

/* A line break in a value would begin a header of the client's choice: such a header is left out. */
void respond_header(struct request *request, const char *name, const char *value)
{
    if (strpbrk(value, "\r\n")) {
        log_warn("a header %s with a line break was left out", name);
        return;
    }
    text_add_format(&request->response->headers, "%s: %s\r\n", name, value);
}

void respond_cookie(struct request *request, const char *name, const char *value, const char *path, long max_age)
{
    const struct config *config = request->config;
    bool secure = config->cookie_secure || strcmp(config->cookie_samesite, "None") == 0;
    struct text cookie = TEXT_EMPTY;
    text_add_format(&cookie, "%s=%s; Path=%s; Max-Age=%ld; HttpOnly; SameSite=%s%s", name, value, path, max_age,
                    config->cookie_samesite, secure ? "; Secure" : "");
    respond_header(request, "Set-Cookie", text_string(&cookie));
    text_free_secret(&cookie);
}

static void add_later(struct request *request, const char *channels, const char *message)
{
    struct later *later = malloc(sizeof *later);
    if (!later)
        abort();
    *later = (struct later){NULL, strdup(channels), message ? strdup(message) : NULL};
    *request->response->last = later;
    request->response->last = &later->next;
}

void publish_later(struct request *request, const char *channels, const char *message)
{
    add_later(request, channels, message);
}

void close_channel_later(struct request *request, const char *channel)
{
    add_later(request, channel, NULL);
}

/* What nchan does not take is logged by push, and healed by the catch-up by sequence. */
void response_publish(struct request *request)
{
    const char *socket = request->config->nchan_socket;
    if (request->response->status >= 400)
        return;
    for (struct later *at = request->response->first; at; at = at->next) {
        if (at->message)
            publish(socket, at->channels, at->message, strlen(at->message));
        else
            channel_close(socket, at->channels);
    }
}

/* RFC 9110 wants at least the space before it; some clients want the words. */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{200, "OK"},
                   {201, "Created"},
                   {202, "Accepted"},
                   {204, "No Content"},
                   {400, "Bad Request"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {408, "Request Timeout"},
                   {409, "Conflict"},
                   {413, "Content Too Large"},
                   {415, "Unsupported Media Type"},
                   {422, "Unprocessable Content"},
                   {429, "Too Many Requests"},
                   {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return status >= 500 ? "Internal Server Error" : "Other";
}

static enum outcome send_bytes(struct request *request, const char *bytes, size_t length)
{
    return request->source->write(request->source->context, bytes, (int)length) == 0 ? OUTCOME_OK : OUTCOME_AWAY;
}

static enum outcome send_pieces(struct request *request)
{
    size_t length = request->response->content_length, sent = 0;
    while (sent < length) {
        struct piece piece = request->response->fetch(request, (long long)sent);
        size_t count = piece.length < length - sent ? piece.length : length - sent;
        if (count == 0) {
            log_warn("%s: the answer ends after %zu of %zu bytes", request->path, sent, length);
            return OUTCOME_FAILED;
        }
        if (send_bytes(request, piece.bytes, count) != OUTCOME_OK)
            return OUTCOME_AWAY;
        sent += count;
    }
    return OUTCOME_OK;
}

enum outcome response_send(struct request *request)
{
    struct response *response = request->response;
    struct text head = TEXT_EMPTY;
    enum outcome outcome;
    bool without_body = strcmp(request->method, "HEAD") == 0;
    text_add_format(&head, "Status: %d %s\r\nX-Request-Id: %s\r\n%s%s", response->status, reason_of(response->status),
                    request->id, common_headers, text_string(&response->headers));
    if (response->media_type)
        text_add_format(&head, "Content-Type: %s\r\n", response->media_type);
    if (response->status != 204)
        text_add_format(&head, "Content-Length: %zu\r\n", response->content_length);
    text_add(&head, "\r\n");
    outcome = send_bytes(request, head.bytes, head.length);
    if (outcome == OUTCOME_OK && !without_body)
        outcome =
            response->fetch ? send_pieces(request) : send_bytes(request, response->content, response->content_length);
    text_free_secret(&head);
    return outcome;
}
