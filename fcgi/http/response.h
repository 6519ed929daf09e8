/* The answer: the one writer of output. It is built in memory, so that a failing handler never leaves half an answer;
 * the router sends it, then does what was asked for after it. */
#ifndef COAGENT_RESPONSE_H
#define COAGENT_RESPONSE_H

#include "base/outcome.h"
#include "fcgi/http/request.h"

#include <stdbool.h>
#include <stddef.h>

/* Success with a finished JSON document, usually PostgreSQL's. json is copied. */
void respond_json(struct request *request, int status, const char *json);

/* 201 with Location "/api<path>" and the object. */
void respond_created(struct request *request, const char *location, const char *json);

/* 204. */
void respond_nothing(struct request *request);

/* Another media type (metrics, plain text). body is copied. */
void respond_bytes(struct request *request, int status, const char *media_type, const char *body, size_t length);

/* What is too large for memory, as a download: length bytes, which are fetched in pieces while the answer goes out.
 * fetch is asked for what stands at an offset until all is there; its bytes last until it is asked again. An empty
 * piece ends the connection before its announced end, so that the client knows. media_type and file_name are owned by
 * the request; file_name is whatever a program chose. */
struct piece {
    const char *bytes;
    size_t length;
};
void respond_pieces(struct request *request, const char *media_type, const char *file_name, long long length,
                    struct piece (*fetch)(struct request *request, long long offset));

/* An RFC 9457 problem document for this outcome; detail NULL takes the database's sentence, if it raised one for the
 * user, else a general one. The field errors added by respond_field_error are part of it. */
void respond_problem(struct request *request, enum outcome outcome, const char *detail);
void respond_field_error(struct request *request, const char *field, const char *message);

/* The usual end of a handler: OK answers the last statement's first value with this status, anything else a problem. */
void respond_row(struct request *request, enum outcome outcome, int status);

/* An extra header, and a cookie with the configured Secure and SameSite, HttpOnly. max_age in seconds, 0 removes it.
 * The value must be of cookie characters (tokens are). */
void respond_header(struct request *request, const char *name, const char *value);
void respond_cookie(struct request *request, const char *name, const char *value, const char *path, long max_age);

/* After the answer has been sent (never when it is a failure): a message to nchan channels, or the end of the sockets
 * on a channel. Arguments are copied. */
void publish_later(struct request *request, const char *channels, const char *message);
void close_channel_later(struct request *request, const char *channel);

/* What follows is for the router and the pool. */

struct response;
struct response *response_new(void);
void response_free(struct response *response);

/* A problem document for what HTTP itself refuses: 400, 405, 413, 415 … */
void respond_refusal(struct request *request, int status, const char *detail);

/* The status so far, 0 before any answer; the Location and the body of that answer (owned by the request). */
int response_status(const struct request *request);
const char *response_location(const struct request *request);
const char *response_body(const struct request *request);

/* The list of {"field","message"} that respond_problem will put into the document. */
struct json_object *response_errors(struct request *request);

/* Forgets the answer and what was to follow it, and all headers but those that were there at response_keep_headers:
 * these belong to whatever the answer will be. */
void response_reset(struct request *request);
void response_keep_headers(struct request *request);

/* Writes the answer. AWAY: the client is gone, FAILED: a piece of it was not to be had; neither changes what follows.
 */
enum outcome response_send(struct request *request);

/* Publishes what was asked for, unless the answer is a failure. */
void response_publish(struct request *request);

#endif
