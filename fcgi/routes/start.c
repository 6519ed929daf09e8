/* The first steps of an administrator in a new studio: a list that ticks itself and can be put away. */
#include "model/start.h"

#include "fcgi/http/route.h"

static void show(struct request *request);
static void edit(struct request *request);

static const struct field change_fields[] = {
    {"audit", FIELD_BOOLEAN, false, 0, 0, NULL, "Whether you have seen the audit log", false},
    {"hidden", FIELD_BOOLEAN, false, 0, 0, NULL, "Whether the list is hidden", false},
    {NULL},
};

const struct route start_routes[] = {
    ROUTE(METHOD_GET, "/start", MAY("users.manage"), POOL_FAST, NULL, NULL, show,
          "Your first steps in this studio: which are done", "FirstSteps"),
    ROUTE(METHOD_PATCH, "/start", MAY("users.manage"), POOL_FAST, change_fields, NULL, edit,
          "Mark a first step, or hide the list", "FirstSteps",
          .unversioned = "each field is a mark of the caller's own list, set to what the caller sees"),
    ROUTE_END,
};

/* GET /api/start */
static void show(struct request *request)
{
    respond_row(request, start_get(request->db), 200);
}

/* PATCH /api/start: 200 with all of it */
static void edit(struct request *request)
{
    respond_announced(request, start_edit(request->db, request_body_json(request)), 200);
}
