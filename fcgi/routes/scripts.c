/* Scripts. Everybody sees those of the team and runs them; who made one or may manage scripts changes it. */
#include "model/scripts.h"

#include "fcgi/http/route.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

static void list(struct request *request);
static void create(struct request *request);
static void show(struct request *request);
static void edit(struct request *request);
static void delete_script(struct request *request);
static void clear_cache(struct request *request);
static void versions(struct request *request);
static void version(struct request *request);
static void kinds(struct request *request);
static void run(struct request *request);

#define SCHEMA_MOST 65536
#define GIVEN_MOST 262144
#define FILE_BASE64_MOST ((FOLDER_bytes + 2) / 3 * 4)
#define FILE_CHANGES_MOST (2 * FOLDER_files)

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"query", FIELD_LINE, false, 1, 80, NULL, "Part of the name or the description", false},
    {"kind", FIELD_CHOICE, false, 0, 0, SCRIPT_KIND_CHOICES, "Only scripts of this kind", false},
    {"mine", FIELD_BOOLEAN, false, 0, 0, NULL, "Only the caller's scripts", false},
    {NULL},
};

static const struct field file_fields[] = {
    {"path", FIELD_LINE, true, 1, FOLDER_path, NULL, "Relative to the script, with \"/\" between folders", false},
    {"text", FIELD_CODE, false, 0, FOLDER_bytes, NULL, "The content, if it is text", false},
    {"base64", FIELD_CODE, false, 0, FILE_BASE64_MOST, NULL, "The content in base64", false},
    {"from", FIELD_LINE, false, 1, FOLDER_path, NULL,
     "The path of the file to copy it from; to rename, remove that one", false},
    {"executable", FIELD_BOOLEAN, false, 0, 0, NULL, "Whether it can be executed; absent: as it was", false},
    {"remove", FIELD_BOOLEAN, false, 0, 0, NULL, "Remove the file", false},
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
         "Who can view and run it: team (default) or private (owner only)",                                            \
         false},                                                                                                       \
        {"parameters", FIELD_OBJECT, false, 0, SCHEMA_MOST, NULL, "The parameters (a subset of JSON Schema)", false},  \
        {"note", FIELD_LINE, false, 0, 200, NULL, "A note on the changes of this version", false},                     \
        {"mapping", FIELD_UUID, false, 0, 0, NULL, "The mapping whose variables its runs receive; null: none", true},  \
        {"network", FIELD_BOOLEAN, false, 0, 0, NULL, "Allow internet access; needs the permission scripts.network",   \
         false},                                                                                                       \
        {"networks", FIELD_UUID_LIST, false, 0, 16, NULL, "All named networks that its runs may reach", false},        \
        {"api",                                                                                                        \
         FIELD_CHOICE,                                                                                                 \
         false,                                                                                                        \
         0,                                                                                                            \
         0,                                                                                                            \
         SCRIPT_API_CHOICES,                                                                                           \
         "What its runs may do through the API, for the user who starts them",                                         \
         false},                                                                                                       \
        {"limits", FIELD_OBJECT, false, 0, 2000, NULL, "Limits lower than the runner's: memory_mb, cpu_seconds …",     \
         false},                                                                                                       \
        {"label", FIELD_LINE, false, 1, 40, NULL, "Run only on runners with this label; null: on any runner", true},   \
        {"files",                                                                                                      \
         FIELD_OBJECT_LIST,                                                                                            \
         false,                                                                                                        \
         0,                                                                                                            \
         FILE_CHANGES_MOST,                                                                                            \
         NULL,                                                                                                         \
         "Changes of the files beside the script; each creates, replaces, renames or removes one",                     \
         false,                                                                                                        \
         file_fields},                                                                                                 \
        {"replace_files", FIELD_BOOLEAN, false, 0, 0, NULL, "Remove all files that \"files\" does not name", false},   \
        {"cache", FIELD_BOOLEAN, false, 0, 0, NULL, "Keep the folder /cache for the next run", false},                 \
    {                                                                                                                  \
        "retriable", FIELD_BOOLEAN, false, 0, 0, NULL, "Retry a run whose runner crashed", false                       \
    }

static const struct field create_fields[] = {
    {"name", FIELD_NAME, true, 1, 80, NULL, "A unique name", false},
    {"kind", FIELD_CHOICE, false, 0, 0, SCRIPT_KIND_CHOICES,
     "What executes it; absent: the interpreter in the first line of the code (#!)", false},
    {"code", FIELD_CODE, true, 0, SCRIPT_CODE_MOST, NULL, "The code", false},
    SETTING_FIELDS,
    {NULL},
};

static const struct field edit_fields[] = {
    FIELD_VERSION,
    {"name", FIELD_NAME, false, 1, 80, NULL, "A unique name", false},
    {"kind", FIELD_CHOICE, false, 0, 0, SCRIPT_KIND_CHOICES, "The current kind, which cannot be changed", false},
    {"code", FIELD_CODE, false, 0, SCRIPT_CODE_MOST, NULL, "The code; a change creates a new version", false},
    {"files_of", FIELD_INTEGER, false, 1, 2147483647, NULL, "Start from the files of this version", false},
    SETTING_FIELDS,
    {NULL},
};

static const struct field run_fields[] = {
    {"parameters", FIELD_OBJECT, false, 0, GIVEN_MOST, NULL,
     "The values by name, according to the script's \"parameters\"", false},
    {"version", FIELD_INTEGER, false, 1, 2147483647, NULL, "The version to run (default: the latest)", false},
    {"mapping", FIELD_UUID, false, 0, 0, NULL, "A mapping to use instead of the script's; null: none", true},
    {"dry_run", FIELD_BOOLEAN, false, 0, 0, NULL, "Check or preview only, without changes", false},
    {"limits", FIELD_OBJECT, false, 0, 2000, NULL, "Lower limits for this run", false},
    {"room", FIELD_UUID, false, 0, 0, NULL, "A room of the caller in which to post the run", false},
    {NULL},
};

const struct route script_routes[] = {
    ROUTE(METHOD_GET, "/scripts", USER, POOL_FAST, NULL, list_query, list, "The scripts, sorted by name", "ScriptList",
          .by_runs = true),
    ROUTE(METHOD_POST, "/scripts", MAY("scripts.create"), POOL_FAST, create_fields, NULL, create, "Create a script",
          "Script", .most = SCRIPT_UPLOAD_MOST, .successes = "201"),
    ROUTE(METHOD_GET, "/scripts/{id}", SCRIPT("see"), POOL_FAST, NULL, NULL, show, "A script with its latest code",
          "Script", .by_runs = true),
    ROUTE(METHOD_PATCH, "/scripts/{id}", SCRIPT("edit"), POOL_FAST, edit_fields, NULL, edit, "Edit a script", "Script",
          .most = SCRIPT_UPLOAD_MOST),
    ROUTE(METHOD_DELETE, "/scripts/{id}", SCRIPT("edit"), POOL_FAST, NULL, NULL, delete_script,
          "Delete a script and stop its runs; the run history stays"),
    ROUTE(METHOD_DELETE, "/scripts/{id}/cache", SCRIPT("edit"), POOL_FAST, NULL, NULL, clear_cache,
          "Empty the cache folder of a script, for runs that start from now on"),
    ROUTE(METHOD_GET, "/scripts/{id}/versions", SCRIPT("see"), POOL_FAST, NULL, page_query, versions,
          "The versions of a script, newest first", "ScriptVersionList", .by_runs = true),
    ROUTE(METHOD_GET, "/scripts/{id}/versions/{seq}", SCRIPT("see"), POOL_FAST, NULL, NULL, version,
          "A version of a script with its code", "ScriptVersion", .by_runs = true),
    ROUTE(METHOD_GET, "/scripts/kinds", USER, POOL_FAST, NULL, NULL, kinds,
          "The kinds of scripts and whether they can run here", "ScriptKind[]", .by_runs = true),
    ROUTE(METHOD_POST, "/scripts/{id}/run", SCRIPT("run"), POOL_FAST, run_fields, NULL, run, "Run a script", "Run",
          true, .successes = "202", .by_runs = true),
    ROUTE_END,
};

/* GET /api/scripts?query=&kind=&mine=&limit=&cursor= */
static void list(struct request *request)
{
    struct script_filter filter = {request_query(request, "query"), request_query(request, "kind"),
                                   json_flag(request->query, "mine", false)};
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request, scripts_list(request->db, &filter, limit, request_query(request, "cursor")), 200);
}

/* why: what is wrong with the parameters, or "". */
static void respond_unsaved(struct request *request, enum outcome outcome, struct text *why)
{
    if (why->length > 0)
        respond_field_error(request, "parameters", text_string(why));
    respond_problem(request, outcome, why->length > 0 ? text_string(why) : NULL);
    text_free(why);
}

/* The answer to what was made: 201, or a problem. */
static void respond_made(struct request *request, enum outcome outcome, struct text *why)
{
    if (outcome == OUTCOME_OK)
        respond_announced_created(request, outcome, "/scripts");
    else
        respond_unsaved(request, outcome, why);
}

/* POST /api/scripts: 201; 403; 409 when the name is taken; 422 */
static void create(struct request *request)
{
    struct text why = TEXT_EMPTY;

    respond_made(request, scripts_create(request->db, request->body, &why), &why);
}

/* GET /api/scripts/{id} */
static void show(struct request *request)
{
    respond_row(request, scripts_get(request->db, request->path_values[0]), 200);
}

/* PATCH /api/scripts/{id}: 200; 403; 404; 409 when the version is stale or the name is taken; 422 */
static void edit(struct request *request)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome = scripts_edit(request->db, request->path_values[0], request->body, &why);

    if (outcome == OUTCOME_OK)
        respond_announced(request, outcome, 200);
    else
        respond_unsaved(request, outcome, &why);
}

/* DELETE /api/scripts/{id}: 204; 403; 404. Its name is free again. */
static void delete_script(struct request *request)
{
    respond_announced(request, scripts_delete(request->db, request->path_values[0]), 204);
}

/* DELETE /api/scripts/{id}/cache: 204; 403; 404. Each runner removes what it has at its next cleanup. */
static void clear_cache(struct request *request)
{
    respond_announced(request, scripts_clear_cache(request->db, request->path_values[0]), 204);
}

/* GET /api/scripts/{id}/versions?limit=&cursor= */
static void versions(struct request *request)
{
    int limit = (int)request_query_integer(request, "limit", 50);

    respond_row(request,
                scripts_versions(request->db, request->path_values[0], limit, request_query(request, "cursor")), 200);
}

/* GET /api/scripts/{id}/versions/{number} */
static void version(struct request *request)
{
    respond_row(request, scripts_version(request->db, request->path_values[0], request->path_values[1]), 200);
}

/* GET /api/scripts/kinds */
static void kinds(struct request *request)
{
    respond_row(request, scripts_kinds(request->db), 200);
}

/* POST /api/scripts/{id}/run: 202 and the run; 403; 404; 409; 422 with a field for each parameter that is wrong */
static void run(struct request *request)
{
    const char *via = request->caller.kind == CALLER_COOKIE ? "ui" : "api";
    struct json_object *errors = answer_errors(request->answer);
    enum outcome outcome =
        scripts_run(request->db, request->config, request->path_values[0], request->body, via, errors);

    if (outcome == OUTCOME_INVALID && json_object_array_length(errors) > 0)
        respond_problem(request, outcome, "Some parameters are not valid.");
    else
        respond_announced(request, outcome, 202);
}
