/* Agents. Everybody sees them, to invite them; who made one or may manage agents changes it. */
#include "model/agents.h"

#include "fcgi/http/route.h"

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete (struct request *request);
static void start(struct request *request);
static void stop(struct request *request);
static void restart(struct request *request);
static void logs(struct request *request);

#define AGENT_FIELDS                                                                                                   \
    {"provider_id", FIELD_UUID, false, 0, 0, NULL, "The model endpoint; null: none", true},                            \
        {"model", FIELD_LINE, false, 0, 200, NULL, "The model; empty: the endpoint's default", false},                 \
        {"prompt", FIELD_TEXT, false, 0, 32000, NULL, "The instructions: the agent's role and behaviour", false},      \
        {"parameters", FIELD_OBJECT, false, 0, 2000, NULL, "temperature (0 to 2), top_p (0 to 1), max_tokens", false}, \
        {"context_tokens",                                                                                             \
         FIELD_INTEGER,                                                                                                \
         false,                                                                                                        \
         512,                                                                                                          \
         2000000,                                                                                                      \
         NULL,                                                                                                         \
         "The number of tokens of the room that the model reads (default 16000)",                                      \
         false},                                                                                                       \
    {                                                                                                                  \
        "run_seconds", FIELD_INTEGER, false, 5, 3600, NULL, "The time limit of one answer (default 300)", false        \
    }

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, "The name shown in rooms", false},
    {"handle", FIELD_LINE, true, 1, 39, NULL, "The name to mention after @: letters, digits, dot, dash, underscore",
     false},
    AGENT_FIELDS,
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name shown in rooms", false},
    {"handle", FIELD_LINE, false, 1, 39, NULL, "The name to mention after @", false},
    AGENT_FIELDS,
    {NULL},
};

const struct route agent_routes[] = {
    ROUTE(METHOD_GET, "/agents", USER, POOL_FAST, NULL, page_query, list, "The agents", "AgentList", .by_runs = true),
    ROUTE(METHOD_POST, "/agents", MAY("agents.create"), POOL_FAST, create_fields, NULL, create, "Create an agent",
          "Agent", .successes = "201"),
    ROUTE(METHOD_GET, "/agents/{id}", AGENT("see"), POOL_FAST, NULL, NULL, show, "An agent", "Agent", .by_runs = true),
    ROUTE(METHOD_PATCH, "/agents/{id}", AGENT("edit"), POOL_FAST, edit_fields, NULL, edit, "Edit an agent", "Agent"),
    ROUTE(METHOD_DELETE, "/agents/{id}", AGENT("edit"), POOL_FAST, NULL, NULL, delete, "Delete an agent"),
    ROUTE(METHOD_POST, "/agents/{id}/start", AGENT("edit"), POOL_FAST, NULL, NULL, start, "Start an agent", "Agent"),
    ROUTE(METHOD_POST, "/agents/{id}/stop", AGENT("edit"), POOL_FAST, NULL, NULL, stop,
          "Stop an agent and its answers in progress", "Agent"),
    ROUTE(METHOD_POST, "/agents/{id}/restart", AGENT("edit"), POOL_FAST, NULL, NULL, restart,
          "Stop the answers of an agent in progress and start the agent again", "Agent"),
    ROUTE(METHOD_GET, "/agents/{id}/logs", AGENT("see"), POOL_FAST, NULL, page_query, logs,
          "The latest runs of an agent", "RunList"),
    ROUTE_END,
};

/* GET /api/agents?limit=&cursor= */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request, agents_list(request->db, limit, request_query(request, "cursor")), 200);
}

/* POST /api/agents: 201; 409 when the handle is taken or the provider is gone; 422 */
static void create(struct request *request)
{
    respond_announced_created(request, agents_create(request->db, request_body_json(request)), request->path);
}

/* GET /api/agents/{id} */
static void show(struct request *request)
{
    respond_row(request, agents_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/agents/{id}: 200; 403; 404; 409 when the version is stale or the handle is taken; 422 */
static void edit(struct request *request)
{
    respond_announced(request, agents_edit(request->db, request->path_values[0], request_body_json(request)), 200);
}

/* DELETE /api/agents/{id}: 204; 403; 404. It leaves its rooms, what it wrote stays. */
static void delete (struct request *request)
{
    respond_announced(request, agents_delete(request->db, request->path_values[0]), 204);
}

/* POST /api/agents/{id}/start: 200; 403; 404 */
static void start(struct request *request)
{
    respond_announced(request, agents_start(request->db, request->path_values[0]), 200);
}

/* POST /api/agents/{id}/stop: 200; 403; 404 */
static void stop(struct request *request)
{
    respond_announced(request, agents_stop(request->db, request->path_values[0]), 200);
}

/* POST /api/agents/{id}/restart: 200; 403; 404 */
static void restart(struct request *request)
{
    respond_announced(request, agents_restart(request->db, request->path_values[0]), 200);
}

/* GET /api/agents/{id}/logs?limit=&cursor= */
static void logs(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request, agents_logs(request->db, request->path_values[0], limit, request_query(request, "cursor")),
                200);
}
