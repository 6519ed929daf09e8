/* Mappings: named sets of variables. Everybody sees those of the team, but the value of a secret nobody ever again. */
#include "model/mappings.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete (struct request *request);

#define ENTRIES_MOST 200
#define VALUE_MOST 16000

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"query", FIELD_LINE, false, 1, 80, NULL, "Part of the name or the description", false},
    {NULL},
};

static const struct field entry_fields[] = {
    {"key", FIELD_LINE, true, 1, 64, NULL, "The name of the variable", false},
    {"value", FIELD_TEXT, false, 0, VALUE_MOST, NULL, "The value; absent: a secret keeps its value", true},
    {"secret", FIELD_BOOLEAN, false, 0, 0, NULL, "Stored encrypted, never shown again and hidden in the output of runs",
     false},
    {NULL},
};

#define SETTING_FIELDS                                                                                                 \
    {"description", FIELD_TEXT, false, 0, 2000, NULL, "What it is for", false},                                        \
        {"visibility",                                                                                                 \
         FIELD_CHOICE,                                                                                                 \
         false,                                                                                                        \
         0,                                                                                                            \
         0,                                                                                                            \
         SHARING_CHOICES,                                                                                              \
         "Who can view and use it: private (owner only, default) or team",                                             \
         false},                                                                                                       \
    {                                                                                                                  \
        "entries", FIELD_OBJECT_LIST, false, 0, ENTRIES_MOST, NULL, "All variables of the mapping", false,             \
            entry_fields                                                                                               \
    }

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, "A unique name", false},
    SETTING_FIELDS,
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    {"name", FIELD_NAME, false, 1, 80, NULL, "A unique name", false},
    SETTING_FIELDS,
    {NULL},
};

const struct route mapping_routes[] = {
    ROUTE(METHOD_GET, "/mappings", USER, POOL_FAST, NULL, list_query, list, "The mappings, sorted by name",
          "MappingList"),
    ROUTE(METHOD_POST, "/mappings", MAY("mappings.create"), POOL_FAST, create_fields, NULL, create, "Create a mapping",
          "Mapping", .successes = "201"),
    ROUTE(METHOD_GET, "/mappings/{id}", MAPPING("see"), POOL_FAST, NULL, NULL, show, "A mapping", "Mapping"),
    ROUTE(METHOD_PATCH, "/mappings/{id}", MAPPING("edit"), POOL_FAST, edit_fields, NULL, edit, "Edit a mapping",
          "Mapping"),
    ROUTE(METHOD_DELETE, "/mappings/{id}", MAPPING("edit"), POOL_FAST, NULL, NULL, delete,
          "Delete a mapping that no script uses"),
    ROUTE_END,
};

/* GET /api/mappings?query=&limit=&cursor= */
static void list(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request,
                mappings_list(request->db, request_query(request, "query"), limit, request_query(request, "cursor")),
                200);
}

/* POST /api/mappings: 201; 403; 409 when the name is taken; 422 with "entries.N.key" or its like */
static void create(struct request *request)
{
    respond_announced_created(request, mappings_create(request->db, request->config, request->body), request->path);
}

/* GET /api/mappings/{id} */
static void show(struct request *request)
{
    respond_row(request, mappings_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/mappings/{id}: 200; 403; 404; 409 when the version is stale or the name is taken; 422 */
static void edit(struct request *request)
{
    respond_announced(request, mappings_edit(request->db, request->config, request->path_values[0], request->body),
                      200);
}

/* DELETE /api/mappings/{id}: 204; 403; 404; 409 while a script or a run that is not over uses it */
static void delete (struct request *request)
{
    respond_announced(request, mappings_delete(request->db, request->path_values[0]), 204);
}
