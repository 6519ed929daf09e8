/* Everybody's accounts, for who manages users. */
#include "fcgi/http/origin.h"
#include "fcgi/http/route.h"
#include "model/users.h"
#include "push/publish.h"
#include "words/words.h"

#include <stdlib.h>

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete_user(struct request *request);

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"search", FIELD_LINE, false, 0, 100, NULL, "Part of a name, email address or handle", false},
    {"role", FIELD_CHOICE, false, 0, 0, USER_ROLE_CHOICES, "Only users with this role", false},
    {"state", FIELD_CHOICE, false, 0, 0, "enabled|disabled", "Only enabled or disabled users", false},
    {NULL},
};

static const struct field create_fields[] = {
    {"email", FIELD_EMAIL, true, 3, 254, NULL, "The email address to log in with", false},
    {"password", FIELD_SECRET, true, 1, 200, NULL, "At least 10 characters, at most 72 bytes", false},
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name that others see (default: derived from the email address)",
     false},
    {"handle", FIELD_LINE, false, 1, 39, NULL, "The name to mention after @ (default: derived from the email address)",
     false},
    {"role", FIELD_CHOICE, false, 0, 0, USER_ROLE_CHOICES, "Default: user", false},
    {"permissions", FIELD_TEXT_LIST, false, 0, 20, PERMISSION_CHOICES,
     "The permissions, in addition to those of every user", false},
    {NULL},
};

static const struct field edit_fields[] = {
    {"email", FIELD_EMAIL, false, 3, 254, NULL, "The email address to log in with", false},
    {"password", FIELD_SECRET, false, 1, 200, NULL,
     "A new password; ends the user's sessions and revokes their API tokens", false},
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name that others see", false},
    {"handle", FIELD_LINE, false, 1, 39, NULL, "The name to mention after @", false},
    {"role", FIELD_CHOICE, false, 0, 0, USER_ROLE_CHOICES, "The role; a change ends the user's sessions", false},
    {"permissions", FIELD_TEXT_LIST, false, 0, 20, PERMISSION_CHOICES, "The complete list of permissions", false},
    {"storage_mb", FIELD_INTEGER, false, 0, 1000000000, NULL,
     "How much the output and files of the user's runs may take up, in MB; 0: unlimited, null: as the settings say",
     true},
    {"disabled", FIELD_BOOLEAN, false, 0, 0, NULL, "A disabled user cannot log in; ends the user's sessions", false},
    FIELD_VERSION,
    {NULL},
};

static const struct field permit_fields[] = {
    {"permissions", FIELD_TEXT_LIST, true, 0, 20, PERMISSION_CHOICES, "The complete list of permissions", false},
    FIELD_VERSION,
    {NULL},
};

const struct route admin_routes[] = {
    ROUTE(METHOD_GET, "/admin/users", MAY("users.manage"), POOL_FAST, NULL, list_query, list,
          "The users, sorted by creation time", "AccountList"),
    ROUTE(METHOD_POST, "/admin/users", MAY("users.manage"), POOL_LOGIN, create_fields, NULL, create,
          "Create an account", "Account", .successes = "201"),
    ROUTE(METHOD_GET, "/admin/users/{id}", MAY("users.manage"), POOL_FAST, NULL, NULL, show, "A user", "Account"),
    ROUTE(METHOD_PATCH, "/admin/users/{id}", MAY("users.manage"), POOL_LOGIN, edit_fields, NULL, edit,
          "Edit or disable a user", "Account"),
    ROUTE(METHOD_DELETE, "/admin/users/{id}", MAY("users.manage"), POOL_FAST, NULL, NULL, delete_user,
          "Delete an account; its rooms pass to other members"),
    ROUTE(METHOD_PUT, "/admin/users/{id}/permissions", MAY("users.manage"), POOL_FAST, permit_fields, NULL, edit,
          "Set the permissions of a user", "Account"),
    ROUTE_END,
};

/* GET /api/admin/users?search=&role=&state=&limit=&cursor= */
static void list(struct request *request)
{
    struct user_filter filter = {
        .search = request_query(request, "search"),
        .role = request_query(request, "role"),
        .state = request_query(request, "state"),
    };
    int limit = (int)request_query_integer(request, "limit", 50);
    respond_row(request, users_list(request->db, &filter, limit, request_query(request, "cursor")), 200);
}

/* POST /api/admin/users: 201; 403 more than the caller may give; 409 e-mail or handle taken; 422 */
static void create(struct request *request)
{
    struct origin origin = request_origin(request);
    struct field_fault fault = {0};
    enum outcome outcome = users_create(request->db, request->config, &origin, request->body, &fault);
    if (outcome == OUTCOME_OK)
        respond_announced_created(request, outcome, request->path);
    else
        respond_fault(request, outcome, &fault);
}

/* GET /api/admin/users/{id}: 200; 404 */
static void show(struct request *request)
{
    respond_row(request, users_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/admin/users/{id}, PUT /api/admin/users/{id}/permissions: 200; 403; 404; 409 stale, taken, or the last
 * administrator; 422 */
static void edit(struct request *request)
{
    struct origin origin = request_origin(request);
    struct field_fault fault = {0};
    enum outcome outcome =
        users_edit(request->db, request->config, &origin, request->path_values[0], request->body, &fault);
    if (outcome == OUTCOME_OK)
        respond_ended(request, outcome, 200);
    else
        respond_fault(request, outcome, &fault);
}

/* DELETE /api/admin/users/{id}: 204; 403; 404; 409 the last administrator */
static void delete_user(struct request *request)
{
    respond_ended(request, users_delete(request->db, request->path_values[0]), 204);
}
