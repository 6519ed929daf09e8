/* One's own account and sessions. */
#include "fcgi/http/origin.h"
#include "fcgi/http/route.h"
#include "model/sessions.h"
#include "model/users.h"
#include "push/publish.h"
#include "words/words.h"

static void show(struct request *request);
static void show_storage(struct request *request);
static void edit(struct request *request);
static void change_password(struct request *request);
static void list_sessions(struct request *request);
static void revoke_session(struct request *request);

static const struct field edit_fields[] = {
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name that others see", false},
    {"handle", FIELD_LINE, false, 1, 39, NULL, "The name to mention after @: a to z, 0 to 9, dot, dash, underscore",
     false},
    {"theme", FIELD_CHOICE, false, 0, 0, THEME_CHOICES, "The theme of the UI", false},
    {"email", FIELD_EMAIL, false, 3, 254, NULL, "A new email address to log in with; needs current_password", false},
    {"current_password", FIELD_SECRET, false, 1, 200, NULL, "Required to change the email address", false},
    FIELD_VERSION,
    {NULL},
};

static const struct field password_fields[] = {
    {"current_password", FIELD_SECRET, true, 1, 200, NULL, "The current password", false},
    {"new_password", FIELD_SECRET, true, 1, 200, NULL, "At least 10 characters, at most 72 bytes", false},
    {"keep_tokens", FIELD_BOOLEAN, false, 0, 0, NULL, "Keep your API tokens; by default they are revoked", false},
    {NULL},
};

const struct route profile_routes[] = {
    ROUTE(METHOD_GET, "/profile", USER, POOL_FAST, NULL, NULL, show, "Your account", "User", .by_runs = true),
    ROUTE(METHOD_GET, "/profile/storage", USER, POOL_FAST, NULL, NULL, show_storage,
          "How much the output and files of your runs take up, and how much they may", "Storage"),
    ROUTE(METHOD_PATCH, "/profile", USER, POOL_LOGIN, edit_fields, NULL, edit, "Edit your account", "User"),
    ROUTE(METHOD_POST, "/profile/password", USER, POOL_LOGIN, password_fields, NULL, change_password,
          "Change your password; ends your other sessions and revokes your API tokens"),
    ROUTE(METHOD_GET, "/profile/sessions", USER, POOL_FAST, NULL, page_query, list_sessions,
          "Your active sessions, newest first", "SessionList"),
    ROUTE(METHOD_DELETE, "/profile/sessions/{id}", USER, POOL_FAST, NULL, NULL, revoke_session,
          "End one of your sessions"),
    ROUTE_END,
};

/* GET /api/profile */
static void show(struct request *request)
{
    respond_row(request, users_own(request->db), 200);
}

/* GET /api/profile/storage: 200; "quota_bytes" is null when there is no limit */
static void show_storage(struct request *request)
{
    respond_row(request, users_own_storage(request->db), 200);
}

/* PATCH /api/profile: 200; 409 stale, e-mail or handle taken; 422; 429 */
static void edit(struct request *request)
{
    struct origin origin = request_origin(request);
    struct field_fault fault = {0};
    enum outcome outcome = users_edit_own(request->db, request->config, &origin, request->body, &fault);
    if (outcome == OUTCOME_OK)
        respond_announced(request, outcome, 200);
    else
        respond_fault(request, outcome, &fault);
}

/* POST /api/profile/password: 204; 422 a field is wrong; 429 */
static void change_password(struct request *request)
{
    struct origin origin = request_origin(request);
    struct field_fault fault = {0};
    bool tokens_stay = json_flag(request->body, "keep_tokens", false);
    enum outcome outcome =
        users_set_own_password(request->db, request->config, &origin, request_field(request, "current_password"),
                               request_field(request, "new_password"), tokens_stay, &fault);
    if (outcome == OUTCOME_OK)
        respond_ended(request, outcome, 204);
    else
        respond_fault(request, outcome, &fault);
}

/* GET /api/profile/sessions?limit=&cursor= */
static void list_sessions(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);
    respond_row(request,
                sessions_list(request->db, request->caller.session_id, limit, request_query(request, "cursor")), 200);
}

/* DELETE /api/profile/sessions/{id}: 204; 404 */
static void revoke_session(struct request *request)
{
    respond_ended(request, sessions_revoke(request->db, request->path_values[0], "user"), 204);
}
