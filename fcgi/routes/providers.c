/* Model endpoints. Everybody may know their names, to choose one for an agent; the rest is for who may manage them. */
#include "model/providers.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete (struct request *request);
static void check(struct request *request);

#define PROVIDER_FIELDS                                                                                                 \
    {"kind",                                                                                                            \
     FIELD_CHOICE,                                                                                                      \
     false,                                                                                                             \
     0,                                                                                                                 \
     0,                                                                                                                 \
     PROVIDER_KIND_CHOICES,                                                                                             \
     "openai: any OpenAI-compatible endpoint (default); "                                                               \
     "command: the built-in commands",                                                                                  \
     false},                                                                                                            \
        {"base_url",                                                                                                    \
         FIELD_LINE,                                                                                                    \
         false,                                                                                                         \
         0,                                                                                                             \
         500,                                                                                                           \
         NULL,                                                                                                          \
         "The base URL of the API, for example https://api.openai.com/v1; /chat/completions at its end is removed",     \
         false},                                                                                                        \
        {"key",                                                                                                         \
         FIELD_SECRET,                                                                                                  \
         false,                                                                                                         \
         0,                                                                                                             \
         500,                                                                                                           \
         NULL,                                                                                                          \
         "The API key, stored encrypted and never shown again; null removes it",                                        \
         true},                                                                                                         \
        {"default_model", FIELD_LINE, false, 0, 200, NULL, "The model of agents that do not specify one", false},       \
        {"price_prompt", FIELD_NUMBER, false, 0, 1000000, NULL, "The price of a million prompt tokens, in USD", false}, \
    {                                                                                                                   \
        "price_completion", FIELD_NUMBER, false, 0, 1000000, NULL, "The price of a million completion tokens, in USD",  \
            false                                                                                                       \
    }

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, "The name shown to users", false},
    PROVIDER_FIELDS,
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name shown to users", false},
    PROVIDER_FIELDS,
    {NULL},
};

const struct route provider_routes[] = {
    ROUTE(METHOD_GET, "/providers", USER, POOL_FAST, NULL, page_query, list, "The model endpoints", "ProviderList"),
    ROUTE(METHOD_POST, "/providers", MAY("providers.manage"), POOL_FAST, create_fields, NULL, create,
          "Create a model endpoint", "Provider", .successes = "201"),
    ROUTE(METHOD_GET, "/providers/{id}", USER, POOL_FAST, NULL, NULL, show, "A model endpoint", "Provider"),
    ROUTE(METHOD_PATCH, "/providers/{id}", MAY("providers.manage"), POOL_FAST, edit_fields, NULL, edit,
          "Edit a model endpoint", "Provider"),
    ROUTE(METHOD_DELETE, "/providers/{id}", MAY("providers.manage"), POOL_FAST, NULL, NULL, delete,
          "Delete a model endpoint that no agent uses"),
    ROUTE(METHOD_POST, "/providers/{id}/check", MAY("providers.manage"), POOL_FAST, NULL, NULL, check,
          "Test the connection to a model endpoint and list its models, as a run", "QueuedRun", .successes = "202"),
    ROUTE_END,
};

/* GET /api/providers?limit=&cursor= */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request, providers_list(request->db, limit, request_query(request, "cursor")), 200);
}

/* POST /api/providers: 201; 409 when the name is taken, 422 */
static void create(struct request *request)
{
    respond_announced_created(request, providers_create(request->db, request->config, request->body), request->path);
}

/* GET /api/providers/{id} */
static void show(struct request *request)
{
    respond_row(request, providers_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/providers/{id}: 200; 404; 409 when the version is stale or the name is taken; 422 */
static void edit(struct request *request)
{
    respond_announced(request, providers_edit(request->db, request->config, request->path_values[0], request->body),
                      200);
}

/* DELETE /api/providers/{id}: 204; 404; 409 while agents use it */
static void delete (struct request *request)
{
    respond_announced(request, providers_delete(request->db, request->path_values[0]), 204);
}

/* POST /api/providers/{id}/check: 202 {"run"}; its result is {"ok","message","models","duration_ms"}; 404 */
static void check(struct request *request)
{
    respond_announced(request, providers_check(request->db, request->path_values[0]), 202);
}
