/* Settings that are changed while the program runs; the others are in its configuration. */
#include "model/settings.h"

#include "fcgi/http/route.h"
#include "words/words.h"

static void show(struct request *request);
static void edit(struct request *request);

/* clang-format off */
#define FIELD_OF(name, label, help, value, most) {#name, FIELD_INTEGER, false, 0, most, NULL, label ". " help, false},
#define SOURCE_OF(name, label, help, kind) {#name, FIELD_LINE, false, 0, 500, NULL, label ". " help, false},
static const struct field change_fields[] = {
    FIELD_VERSION,
    SETTING_LIST(FIELD_OF)
    PACKAGE_SOURCE_LIST(SOURCE_OF)
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

/* Checks an address of packages, which may be empty; false: the answer will say what is wrong with it. */
static bool check_source(struct request *request, const char *name)
{
    const char *address = request_field(request, name);
    struct text why = TEXT_EMPTY;
    bool good = !address || !*address || package_source_check(address, &why) == OUTCOME_OK;

    if (!good)
        respond_field_error(request, name, text_string(&why));
    text_free(&why);
    return good;
}

/* PATCH /api/admin/settings: 200 with all of them; 409 when the version is stale; 422 for an address that is none */
static void edit(struct request *request)
{
    bool good = true;

#define CHECK_SOURCE(name, label, help, kind) good = check_source(request, #name) && good;
    PACKAGE_SOURCE_LIST(CHECK_SOURCE)
    if (good)
        respond_announced(request, settings_edit(request->db, request_body_json(request)), 200);
    else
        respond_problem(request, OUTCOME_INVALID, "Some fields are not valid.");
}
