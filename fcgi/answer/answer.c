#include "fcgi/answer/answer.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct answer {
    int status;
    struct text headers;
    size_t standing;        /* so many bytes of them stay, whatever the answer */
    const char *media_type; /* NULL: no body */
    struct text body;
    const char *content; /* what is sent: body, or what was lent */
    size_t content_length;
    fetch_piece fetch; /* NULL: content is all */
    void *context;     /* of fetch */
    const char *location;
    struct json_object *errors;
    struct announcements announcements;
};

/* Every answer is data for a program: nothing in it may be run, framed, guessed at or kept. */
static const char common_headers[] = "X-Content-Type-Options: nosniff\r\n"
                                     "Referrer-Policy: no-referrer\r\n"
                                     "Cache-Control: no-store\r\n"
                                     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

struct answer *answer_new(void)
{
    struct answer *answer = calloc(1, sizeof *answer);

    if (!answer)
        abort();
    answer->content = "";
    return answer;
}

void answer_free(struct answer *answer)
{
    if (!answer)
        return;
    announcements_clear(&answer->announcements);
    text_free_secret(&answer->headers);
    text_free_secret(&answer->body);
    json_object_put(answer->errors);
    free(answer);
}

void answer_reset(struct answer *answer)
{
    struct text headers = answer->headers;
    struct text body = answer->body;
    struct text standing = TEXT_EMPTY;

    if (answer->standing)
        text_add_bytes(&standing, headers.bytes, answer->standing);
    text_free_secret(&headers);
    text_clear(&body);
    announcements_clear(&answer->announcements);
    json_object_put(answer->errors);
    *answer = (struct answer){.headers = standing, .standing = answer->standing, .body = body, .content = ""};
}

void answer_keep_headers(struct answer *answer)
{
    answer->standing = answer->headers.length;
}

void answer_lend(struct answer *answer, int status, const char *media_type, const char *body, size_t length)
{
    answer->status = status;
    answer->media_type = media_type;
    answer->content = body;
    answer->content_length = length;
    answer->fetch = NULL;
}

void answer_set(struct answer *answer, int status, const char *media_type, const char *body, size_t length)
{
    text_clear(&answer->body);
    text_add_bytes(&answer->body, body, length);
    answer_lend(answer, status, media_type, answer->body.bytes, length);
}

void answer_fetch(struct answer *answer, int status, const char *media_type, long long length, fetch_piece fetch,
                  void *context)
{
    answer_lend(answer, status, media_type, "", (size_t)length);
    answer->fetch = fetch;
    answer->context = context;
}

void answer_header(struct answer *answer, const char *name, const char *value)
{
    if (strpbrk(value, "\r\n")) {
        log_warn("the header %s was omitted because it contains a line break", name);
        return;
    }
    text_add_format(&answer->headers, "%s: %s\r\n", name, value);
}

void answer_set_location(struct answer *answer, const char *location)
{
    answer->location = location;
}

int answer_status(const struct answer *answer)
{
    return answer->status;
}

const char *answer_location(const struct answer *answer)
{
    return answer->location;
}

const char *answer_body(const struct answer *answer)
{
    return answer->content;
}

struct json_object *answer_errors(struct answer *answer)
{
    if (!answer->errors)
        answer->errors = json_object_new_array();
    return answer->errors;
}

struct announcements *answer_announcements(struct answer *answer)
{
    return &answer->announcements;
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

static enum outcome send_bytes(const struct source *source, const char *bytes, size_t length)
{
    return source->write(source->context, bytes, (int)length) == 0 ? OUTCOME_OK : OUTCOME_AWAY;
}

static enum outcome send_pieces(const struct answer *answer, const struct source *source)
{
    size_t length = answer->content_length, sent = 0;

    while (sent < length) {
        struct piece piece = answer->fetch(answer->context, (long long)sent);
        size_t count = piece.length < length - sent ? piece.length : length - sent;

        if (count == 0) {
            log_warn("the response was cut after %zu of %zu bytes", sent, length);
            return OUTCOME_FAILED;
        }
        if (send_bytes(source, piece.bytes, count) != OUTCOME_OK)
            return OUTCOME_AWAY;
        sent += count;
    }
    return OUTCOME_OK;
}

enum outcome answer_send(const struct answer *answer, const struct source *source, const char *request_id,
                         bool without_body)
{
    struct text head = TEXT_EMPTY;
    struct text headers = answer->headers;
    enum outcome outcome;

    text_add_format(&head, "Status: %d %s\r\nX-Request-Id: %s\r\n%s%s", answer->status, reason_of(answer->status),
                    request_id, common_headers, text_string(&headers));
    if (answer->media_type)
        text_add_format(&head, "Content-Type: %s\r\n", answer->media_type);
    if (answer->status != 204)
        text_add_format(&head, "Content-Length: %zu\r\n", answer->content_length);
    text_add(&head, "\r\n");
    outcome = send_bytes(source, head.bytes, head.length);
    if (outcome == OUTCOME_OK && !without_body)
        outcome =
            answer->fetch ? send_pieces(answer, source) : send_bytes(source, answer->content, answer->content_length);
    text_free_secret(&head);
    return outcome;
}
