/* Runs: what is executed. Members of its room see one; who only looks on may not change it. */
#include "model/runs.h"

#include "fcgi/announce.h"
#include "fcgi/route.h"

static void show(struct request *request);
static void cancel(struct request *request);
static void retry(struct request *request);

static const struct field retry_fields[] = {
    {"mode", FIELD_CHOICE, false, 0, 0, "again|resume",
     "again: from nothing (default); resume: go on from the text that was kept", false},
    {NULL},
};

const struct route run_routes[] = {
    ROUTE(METHOD_GET, "/runs/{id}", USER, POOL_FAST, NULL, NULL, show, "A run", "Run"),
    ROUTE(METHOD_POST, "/runs/{id}/cancel", USER, POOL_FAST, NULL, NULL, cancel, "Stop a run", "Run"),
    ROUTE(METHOD_POST, "/runs/{id}/retry", USER, POOL_FAST, retry_fields, NULL, retry,
          "Ask again for an answer that failed or was stopped, or run a script again as it was", "Run", true),
    ROUTE_END,
};

/* GET /api/runs/{id} */
static void show(struct request *request)
{
    respond_row(request, runs_get(request->db, request->path_values[0]), 200);
}

/* POST /api/runs/{id}/cancel: 200, whether it was over already or not; 403; 404 */
static void cancel(struct request *request)
{
    respond_announced(request, runs_cancel(request->db, request->path_values[0]), 200);
}

/* POST /api/runs/{id}/retry {"mode"}: 202 and the new run; 403; 404; 409 when it is not over or cannot be
 * repeated */
static void retry(struct request *request)
{
    const char *mode = request_field(request, "mode");
    const char *via = request->caller.kind == CALLER_COOKIE ? "ui" : "api";

    respond_announced(request, runs_retry(request->db, request->path_values[0], mode ? mode : "again", via), 202);
}
