/* Settings that are changed while the program runs; the others are in its configuration. */
#include "model/settings.h"

#include "fcgi/http/route.h"

static void show(struct request *request);
static void edit(struct request *request);

#define DAYS_MOST 36500

static const struct field change_fields[] = {
    {"run_retention_days", FIELD_INTEGER, false, 0, DAYS_MOST, NULL,
     "How long finished runs are kept, in days; 0: forever", false},
    {"run_output_retention_days", FIELD_INTEGER, false, 0, DAYS_MOST, NULL,
     "How long the output and files of runs are kept, in days; 0: as long as the run", false},
    {NULL},
};

const struct route setting_routes[] = {
    ROUTE(METHOD_GET, "/admin/settings", MAY("settings.manage"), POOL_FAST, NULL, NULL, show, "The settings",
          "Settings"),
    ROUTE(METHOD_PATCH, "/admin/settings", MAY("settings.manage"), POOL_FAST, change_fields, NULL, edit,
          "Change settings", "Settings"),
    ROUTE_END,
};

/* GET /api/admin/settings */
static void show(struct request *request)
{
    respond_row(request, settings_get(request->db), 200);
}

/* PATCH /api/admin/settings: 200 with all of them */
static void edit(struct request *request)
{
    respond_announced(request, settings_edit(request->db, request_body_json(request)), 200);
}
