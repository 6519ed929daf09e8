/* Named networks. Everybody may know their names; where they lead is for those who define or grant them. */
#include "model/networks.h"

#include "fcgi/http/route.h"

#include <stdlib.h>

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete (struct request *request);

#define DESTINATIONS_MOST 64
#define PEOPLE_MOST 200

#define NETWORK_FIELDS(required)                                                                                       \
    {"name", FIELD_NAME, required, 1, 80, NULL, "A unique name, for example in-house", false},                         \
        {"description", FIELD_LINE, false, 0, 500, NULL, "What it is for", false},                                     \
        {"destinations",                                                                                               \
         FIELD_TEXT_LIST,                                                                                              \
         required,                                                                                                     \
         1,                                                                                                            \
         DESTINATIONS_MOST,                                                                                            \
         NULL,                                                                                                         \
         "What can be reached: 10.0.0.0/8 tcp 22, 443, 5000-5010; without ports all, without a protocol TCP and UDP",  \
         false},                                                                                                       \
    {                                                                                                                  \
        "people", FIELD_TEXT_LIST, false, 0, PEOPLE_MOST, NULL,                                                        \
            "The handles of all users who may give it to scripts, beside those with the permission scripts.network",   \
            false                                                                                                      \
    }

static const struct field create_fields[] = {
    NETWORK_FIELDS(true),
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    NETWORK_FIELDS(false),
    {NULL},
};

const struct route network_routes[] = {
    ROUTE(METHOD_GET, "/networks", USER, POOL_FAST, NULL, page_query, list, "The named networks, sorted by name",
          "NetworkList"),
    ROUTE(METHOD_POST, "/networks", MAY("settings.manage"), POOL_FAST, create_fields, NULL, create, "Define a network",
          "Network", .successes = "201"),
    ROUTE(METHOD_GET, "/networks/{id}", USER, POOL_FAST, NULL, NULL, show, "A named network", "Network"),
    ROUTE(METHOD_PATCH, "/networks/{id}", MAY("settings.manage"), POOL_FAST, edit_fields, NULL, edit,
          "Edit a network; runs in progress keep what they began with", "Network"),
    ROUTE(METHOD_DELETE, "/networks/{id}", MAY("settings.manage"), POOL_FAST, NULL, NULL, delete,
          "Delete a network; no script has it any longer"),
    ROUTE_END,
};

/* GET /api/networks?limit=&cursor= */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request, networks_list(request->db, limit, request_query(request, "cursor")), 200);
}

/* false: the answer says which destination is wrong. */
static bool check(struct request *request)
{
    struct text why = TEXT_EMPTY;
    int wrong = networks_check(request->body, &why);

    if (wrong >= 0) {
        char *field = text_format("destinations.%d", wrong);

        respond_field_error(request, field, text_string(&why));
        respond_problem(request, OUTCOME_INVALID, text_string(&why));
        free(field);
    }
    text_free(&why);
    return wrong < 0;
}

/* POST /api/networks: 201; 409 when the name is taken; 422 */
static void create(struct request *request)
{
    if (check(request))
        respond_announced_created(request, networks_create(request->db, request->body), request->path);
}

/* GET /api/networks/{id} */
static void show(struct request *request)
{
    respond_row(request, networks_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/networks/{id}: 200; 404; 409 when the version is stale or the name is taken; 422 */
static void edit(struct request *request)
{
    if (check(request))
        respond_announced(request, networks_edit(request->db, request->path_values[0], request->body), 200);
}

/* DELETE /api/networks/{id}: 204; 404 */
static void delete (struct request *request)
{
    respond_announced(request, networks_delete(request->db, request->path_values[0]), 204);
}
