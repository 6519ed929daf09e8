/* The verbs with which routes answer. Each takes the place of an earlier answer. */
#ifndef COAGENT_RESPOND_H
#define COAGENT_RESPOND_H

#include "base/outcome.h"
#include "fcgi/answer/answer.h"
#include "fcgi/http/request.h"

#include <stddef.h>

struct field_fault;

/* Success with a finished JSON document, usually PostgreSQL's. json is copied. */
void respond_json(struct request *request, int status, const char *json);

/* 201 with the object and its Location: its "id" (an event's "seq") below list, the path of its parent ("/rooms"). */
void respond_created(struct request *request, const char *list, const char *json);

/* 204. */
void respond_nothing(struct request *request);

/* Another media type (metrics, plain text). body is copied, media_type is owned by the request or static. */
void respond_bytes(struct request *request, int status, const char *media_type, const char *body, size_t length);

/* A download too large for memory: length bytes, fetched in pieces while the response is sent.
 * fetch gets the request, and is asked for what stands at an offset until all is there; its bytes last until it is
 * asked again. An empty piece ends the connection before its announced end, so that the client knows. media_type and
 * file_name are owned by the request; file_name is whatever a program chose. */
void respond_pieces(struct request *request, const char *media_type, const char *file_name, long long length,
                    fetch_piece fetch);

/* A download that is in memory; the bytes are copied, the rest is as above. */
void respond_download(struct request *request, const char *media_type, const char *file_name, const char *bytes,
                      size_t length);

/* An RFC 9457 problem document for this outcome; detail NULL takes the database's sentence, if it raised one for the
 * user, else a general one. The field errors added by respond_field_error are part of it. */
void respond_problem(struct request *request, enum outcome outcome, const char *detail);
void respond_field_error(struct request *request, const char *field, const char *message);

/* The problem of this outcome, with the field at fault if the model named one. */
void respond_fault(struct request *request, enum outcome outcome, const struct field_fault *fault);

/* 409, with a type of its own: the edit is based on an older version of the object, which is "current" now. */
void respond_stale(struct request *request, const char *current);

/* 403, with a type of its own: the page was loaded for another user than the caller. */
void respond_other_user(struct request *request);

/* A problem document for what HTTP itself refuses: 400, 405, 413, 415 … */
void respond_refusal(struct request *request, int status, const char *detail);

/* The problem when there is no connection to PostgreSQL: AWAY, in the words that fit. */
void respond_away(struct request *request);

/* The usual end of a handler that reads: OK answers the last statement's first value with this status, anything else a
 * problem. */
void respond_row(struct request *request, enum outcome outcome, int status);

/* The usual end of a handler that changes something. The last statement's rows are of the SQL type "announced"
 * (push/announce.h): answers the first document with this status, 204 when it is null, 409 when the edit is stale, or a
 * problem, and announces the others after the answer. respond_announced_created answers 201, as respond_created does.
 * announce_changes is for handlers that answer themselves. */
void respond_announced(struct request *request, enum outcome outcome, int status);
void respond_announced_created(struct request *request, enum outcome outcome, const char *list);
void announce_changes(struct request *request);

/* As respond_announced, for a change after which somebody may hear less, and which is held (db_do_held): the sockets
 * are closed, then it is committed, so that they hear nothing of what is said afterwards. Those that come back
 * meanwhile wait for the commit (live_wait of sql/functions); those whose handshake was being answered are closed once
 * more, with the announcements. */
void respond_ended(struct request *request, enum outcome outcome, int status);

/* Before the answer, whatever it will be: where a refused request ends the access of others. */
void close_channel_now(struct request *request, const char *channel);

/* An extra header, and a cookie with the configured Secure and SameSite, HttpOnly. max_age in seconds, 0 removes it.
 * The value must be of cookie characters (tokens are). */
void respond_header(struct request *request, const char *name, const char *value);
void respond_cookie(struct request *request, const char *name, const char *value, const char *path, long max_age);

/* Sets the cookies of a session, with the lifetimes of the settings, under the own and the plain names. The refresh
 * token is sent back only where it is used; the older paths count as well. */
void respond_session_cookies(struct request *request, const char *access_token, const char *refresh_token);

/* Sets the cookie of a browser in which somebody has logged in, for a year. It is sent back to log-ins only. */
void respond_device_cookie(struct request *request, const char *token);

/* Removes those of a session. proved: the request's session has been proved. A plain cookie of another studio stays. */
void respond_session_end(struct request *request, bool proved);

/* For the pool: writes the answer, and announces what was asked for, unless the answer is a failure. The outcome as
 * answer_send's. */
enum outcome respond_send(const struct request *request);
void respond_after(struct request *request);

#endif
