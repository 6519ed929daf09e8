/* One request: what came in, who asks, and the answer that is being made. Made by the router, freed once at the end. */
#ifndef COAGENT_REQUEST_H
#define COAGENT_REQUEST_H

#include "base/config.h"
#include "base/json.h"
#include "base/secretbox.h"
#include "base/text.h"
#include "base/token.h"
#include "db/db.h"

#include <stdbool.h>

#define PATH_VALUES 4

struct route;
struct source;
struct counters;
struct kept;
struct answer;

enum caller_kind { CALLER_NOBODY, CALLER_COOKIE, CALLER_BEARER, CALLER_API_TOKEN, CALLER_RUN };

/* The caller according to the token; the guard statement verifies it in the pipeline. */
struct caller {
    enum caller_kind kind;
    char user_id[UUID_SIZE];
    char session_id[UUID_SIZE];   /* "" for an API token or a run */
    char run_id[UUID_SIZE];       /* "" unless a run */
    char token_hash[DIGEST_SIZE]; /* "" unless an API token or a run */
    int64_t token_expires_at;     /* seconds; 0 for an API token or a run */
};

struct request {
    const struct config *config;
    struct db *db;
    const struct route *route; /* NULL when no route matched */
    char id[UUID_SIZE];        /* X-Request-Id */
    const char *method;
    const char *path;    /* decoded, without /api: "/rooms/0198…/messages" */
    const char *address; /* the client's, from REMOTE_ADDR of the front nginx */
    struct caller caller;
    const char *path_values[PATH_VALUES]; /* what {…} matched, in order */
    struct json_object *body;             /* checked against route->fields; NULL when the route takes none */
    const struct text *raw;               /* the body as it was sent, on a route that takes a file */
    struct json_object *query; /* object: checked query parameters by name (strings; integers for FIELD_INTEGER) */
    struct answer *answer;
    const struct source *source; /* only request.c and the pool look inside */
    struct counters *counters;   /* the pool's, or NULL */
    int slot;                    /* of the pool, in which the child serves this request */
    bool is_fast;                /* of the pool whose routes may not wait: it cannot serve the others, see warm.h */
    int64_t started_at;          /* monotonic milliseconds */
    struct kept *kept;           /* what request_keep was given */
    char *cookies;               /* the Cookie header, taken apart in place; or NULL */
    size_t cookies_length;
};

/* Fills the request from its source: id, method, path, address. db may be NULL: PostgreSQL is away. */
void request_open(struct request *request, const struct config *config, struct db *db, const struct source *source);
void request_close(struct request *request);

/* Whether the method changes something: not GET, HEAD or OPTIONS. */
bool request_is_unsafe(const struct request *request);

/* A FastCGI parameter by its name, or NULL. Owned by the source. */
const char *request_parameter(const struct request *request, const char *name);

/* Hands over a malloc'ed string, to be freed with the request. Returns it. */
const char *request_keep(struct request *request, char *string);

/* Reads the whole body. INVALID: malformed or longer than announced; LIMITED: more than most bytes; AWAY: the client
 * is gone or too slow. */
enum outcome request_read_body(struct request *request, size_t most, struct text *body);

/* Reads what is left of the body and forgets it, up to a limit. Whoever closes a unix socket with something unread
 * resets it, and nginx would lose the end of the answer. */
void request_discard_body(struct request *request);

/* A header of the request ("X-CSRF-Token", case-insensitive), or NULL. A cookie by name, or NULL. Owned by request. */
const char *request_header(const struct request *request, const char *name);
const char *request_cookie(const struct request *request, const char *name);

/* The cookies of a session. Cookies do not know ports, so that two studios on one host see each other's: each studio
 * has names of its own (config->cookie_suffix), and sets the plain names as well, which clients know. */
#define ACCESS_COOKIE "auth_token"
#define REFRESH_COOKIE "refresh_token"
#define SESSION_COOKIE_SIZE 40

/* The cookie of a browser in which somebody has logged in before, which outlives the sessions. Only under the studio's
 * own name: no client knows another. */
#define DEVICE_COOKIE "auth_device"

/* The studio's own name of ACCESS_COOKIE or REFRESH_COOKIE, in own, which is returned. */
const char *session_cookie_name(const struct config *config, const char *name, char own[SESSION_COOKIE_SIZE]);

/* Its value, or that of the plain cookie where the own one is missing; NULL: there is none. */
const char *request_session_cookie(const struct request *request, const char *name);

/* The value of DEVICE_COOKIE; "": there is none, or none that this program has made. */
const char *request_device(const struct request *request);

/* Whether the plain cookie is of this studio: it is the same as the own one. Where that is missing, proved says whether
 * the request's session, which the plain cookie named, has been proved. */
bool request_owns_plain_cookie(const struct request *request, const char *name, bool proved);

/* A checked query parameter or body field, or NULL / the fallback. Owned by request. */
const char *request_query(const struct request *request, const char *name);
long long request_query_integer(const struct request *request, const char *name, long long fallback);
const char *request_field(const struct request *request, const char *name);

/* The checked body as one JSON text, for a jsonb parameter. Owned by request. */
const char *request_body_json(const struct request *request);

#endif
