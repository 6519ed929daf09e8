/* Files that runs have left behind: whoever sees the run sees them. */
#include "model/files.h"

#include "base/number.h"
#include "fcgi/http/guard.h"
#include "fcgi/http/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void download(struct request *request);

const struct route file_routes[] = {
    ROUTE(METHOD_GET, "/files/{id}", FILE("see"), POOL_WAIT, NULL, NULL, download, "A file of a run, as a download",
          .media = "*/*", .by_runs = true),
    ROUTE_END,
};

static struct piece fetch_file(void *context, long long offset)
{
    struct request *request = context;

    guard_queue(request);
    if (files_piece(request->db, request->path_values[0], offset) != OUTCOME_OK)
        return (struct piece){NULL, 0};
    return (struct piece){db_value(request->db, 0, 0), db_length(request->db, 0, 0)};
}

/* GET /api/files/{id}: its bytes */
static void download(struct request *request)
{
    enum outcome outcome = files_get(request->db, request->path_values[0]);
    long long size;

    if (outcome != OUTCOME_OK || number_parse(db_value(request->db, 0, 2), 0, INT64_MAX, &size) != OUTCOME_OK) {
        respond_problem(request, outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome, NULL);
        return;
    }
    const char *path = db_value(request->db, 0, 0), *slash = strrchr(path, '/');
    const char *name = request_keep(request, strdup(slash ? slash + 1 : path));

    respond_pieces(request, request_keep(request, strdup(db_value(request->db, 0, 1))), name, size, fetch_file);
}
