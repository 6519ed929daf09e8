/* Personal API tokens. */
#include "fcgi/http/route.h"
#include "model/api_tokens.h"
#include "push/publish.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

static void list(struct request *request);
static void create(struct request *request);
static void revoke(struct request *request);

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, "What the token is used for", false},
    {"scopes", FIELD_TEXT_LIST, true, 1, 3, SCOPE_CHOICES,
     "read: GET requests; write: requests that change something; admin: requests that need a permission", false},
    {"expires_at", FIELD_TIME, false, 0, 0, NULL, "When the token expires; null or absent: never", true},
    {NULL},
};

const struct route token_routes[] = {
    ROUTE(METHOD_GET, "/profile/tokens", USER, POOL_FAST, NULL, page_query, list, "Your API tokens, newest first",
          "ApiTokenList"),
    ROUTE(METHOD_POST, "/profile/tokens", USER, POOL_FAST, create_fields, NULL, create,
          "Create an API token; only this response contains it", "NewApiToken", .successes = "201"),
    ROUTE(METHOD_DELETE, "/profile/tokens/{id}", USER, POOL_FAST, NULL, NULL, revoke, "Revoke an API token"),
    ROUTE_END,
};

/* GET /api/profile/tokens?limit=&cursor= */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);
    respond_row(request, api_tokens_list(request->db, limit, request_query(request, "cursor")), 200);
}

/* The token is added to the answer here, so that PostgreSQL never sees it. */
static void answer_created(struct request *request, const char *token)
{
    const char *document = db_value(request->db, 0, 0);
    struct text body = TEXT_EMPTY;
    text_add_bytes(&body, document, strlen(document) - 1); /* without the last brace */
    text_add_format(&body, ",\"token\":\"%s\"}", token);
    respond_created(request, request->path, text_string(&body));
    announce_changes(request);
    text_free_secret(&body);
}

/* POST /api/profile/tokens {"name","scopes","expires_at"?}: 201; 403 with an API token, which must not make others that
 * may more than itself; 409 too many; 422 */
static void create(struct request *request)
{
    char *token = NULL;
    if (request->caller.kind == CALLER_API_TOKEN) {
        respond_problem(request, OUTCOME_DENIED, "An API token cannot create tokens. Log in with a password first.");
        return;
    }
    enum outcome outcome = api_tokens_create(request->db, request->caller.user_id, request->body, &token);
    if (outcome == OUTCOME_OK)
        answer_created(request, token);
    else
        respond_problem(request, outcome, NULL);
    explicit_bzero(token, strlen(token));
    free(token);
}

/* DELETE /api/profile/tokens/{id}: 204, and the user's live connections are asked who they are again; 404 */
static void revoke(struct request *request)
{
    respond_ended(request, api_tokens_revoke(request->db, request->path_values[0]), 204);
}
