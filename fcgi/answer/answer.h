/* The answer of a request: a buffer with headers, which knows nobody. It is built in memory, so that a failing handler
 * never leaves half an answer, and sent by the router. What routes call stands in respond.h. */
#ifndef COAGENT_ANSWER_H
#define COAGENT_ANSWER_H

#include "base/json.h"
#include "base/outcome.h"
#include "fcgi/http/source.h"
#include "push/announce.h"

#include <stdbool.h>
#include <stddef.h>

struct answer;

/* A piece of a large answer: its bytes last until the next is asked for. */
struct piece {
    const char *bytes;
    size_t length;
};
typedef struct piece (*fetch_piece)(void *context, long long offset);

struct answer *answer_new(void);
void answer_free(struct answer *answer);

/* Forgets the answer and what was to be announced, and all headers but those that were there at answer_keep_headers:
 * these belong to whatever the answer will be. */
void answer_reset(struct answer *answer);
void answer_keep_headers(struct answer *answer);

/* Each takes the place of an earlier answer. media_type is static or outlives the answer; NULL without a body.
 * answer_set copies the body, answer_lend borrows it, answer_fetch is given length bytes in pieces while it is sent. */
void answer_set(struct answer *answer, int status, const char *media_type, const char *body, size_t length);
void answer_lend(struct answer *answer, int status, const char *media_type, const char *body, size_t length);
void answer_fetch(struct answer *answer, int status, const char *media_type, long long length, fetch_piece fetch,
                  void *context);

/* An extra header. A value with a line break is left out: it would begin a header of the client's choice. */
void answer_header(struct answer *answer, const char *name, const char *value);

/* Remembers the Location, which the caller keeps and has set as a header. */
void answer_set_location(struct answer *answer, const char *location);

/* The status so far, 0 before any answer; the Location, or NULL; the body so far. */
int answer_status(const struct answer *answer);
const char *answer_location(const struct answer *answer);
const char *answer_body(const struct answer *answer);

/* The list of {"field","message"} for a problem document; owned by the answer. */
struct json_object *answer_errors(struct answer *answer);

/* The frames to publish after the response, unless it is a failure. */
struct announcements *answer_announcements(struct answer *answer);

/* Writes the answer. AWAY: the client is gone, FAILED: a piece was not there; neither changes what follows. */
enum outcome answer_send(const struct answer *answer, const struct source *source, const char *request_id,
                         bool without_body);

#endif
