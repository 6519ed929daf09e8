/* Settings that are changed while the program runs; the others are in its configuration. */
#include "model/settings.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void show(struct request *request);
static void edit(struct request *request);

/* clang-format off */
#define FIELD_OF(name, label, help, value, most) {#name, FIELD_INTEGER, false, 0, most, NULL, label ". " help, false},
static const struct field change_fields[] = {
    FIELD_VERSION,
    SETTING_LIST(FIELD_OF)
    {NULL},
};
/* clang-format on */

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

/* PATCH /api/admin/settings: 200 with all of them; 409 when the version is stale */
static void edit(struct request *request)
{
    respond_announced(request, settings_edit(request->db, request_body_json(request)), 200);
}
