/* One request: what came in, who asks, and the answer that is being made. Made by the router, freed once at the end. */
#ifndef COAGENT_REQUEST_H
#define COAGENT_REQUEST_H

#include "base/config.h"
#include "base/db.h"
#include "base/json.h"
#include "base/text.h"
#include "base/token.h"

#include <stdbool.h>

#define PATH_VALUES 4

struct route;

enum caller_kind { CALLER_NOBODY, CALLER_COOKIE, CALLER_BEARER, CALLER_API_TOKEN };

/* Who asks, as far as the token itself says; the guard statement proves it in the pipeline. */
struct caller {
    enum caller_kind kind;
    char user_id[UUID_SIZE];
    char session_id[UUID_SIZE]; /* "" for an API token */
    char token_id[UUID_SIZE];   /* "" unless an API token */
    int64_t token_expires_at;   /* seconds; 0 for an API token */
};

struct request {
    const struct config *config;
    struct db *db;
    const struct route *route;    /* NULL when no route matched */
    char id[UUID_SIZE];           /* X-Request-Id */
    const char *method;
    const char *path;             /* decoded, without /api: "/rooms/0198…/messages" */
    const char *address;          /* the client's, from REMOTE_ADDR of the front nginx */
    struct caller caller;
    const char *path_values[PATH_VALUES]; /* what {…} matched, in order */
    struct json_object *body;     /* checked against route->fields; NULL when the route takes none */
    struct json_object *query;    /* object: checked query parameters by name (strings; integers for FIELD_INTEGER) */
    struct response *response;
    void *source;                 /* the FastCGI request; only request.c and response.c look inside */
};

/* A header of the request ("X-CSRF-Token", case-insensitive), or NULL. A cookie by name, or NULL. Owned by request. */
const char *request_header(const struct request *request, const char *name);
const char *request_cookie(const struct request *request, const char *name);

/* A checked query parameter or body field, or NULL / the fallback. Owned by request. */
const char *request_query(const struct request *request, const char *name);
long long request_query_integer(const struct request *request, const char *name, long long fallback);
const char *request_field(const struct request *request, const char *name);

/* The checked body as one JSON text, for a jsonb parameter. Owned by request. */
const char *request_body_json(const struct request *request);

#endif
