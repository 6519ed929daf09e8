/* Runs: what is executed. Who asked for one, who owns its script and the members of its room see it; who only looks on
 * may not change it. */
#include "model/runs.h"
#include "model/run_output.h"

#include "base/json.h"
#include "base/number.h"
#include "fcgi/http/guard.h"
#include "fcgi/http/route.h"
#include "words/words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void list(struct request *request);
static void show(struct request *request);
static void output(struct request *request);
static void search(struct request *request);
static void cancel(struct request *request);
static void retry(struct request *request);
static void remove_output(struct request *request);

static const struct field retry_fields[] = {
    {"mode", FIELD_CHOICE, false, 0, 0, "again|resume",
     "again: start over (default); resume: continue from the stored text", false},
    {NULL},
};

static const struct field list_query[] = {
    FIELDS_PAGE,
    {"state", FIELD_TEXT_LIST, false, 0, 8, NULL, "Only runs in these states: running,queued", false},
    {"kind", FIELD_CHOICE, false, 0, 0, RUN_KIND_CHOICES, "Only runs of this kind", false},
    {"script", FIELD_UUID, false, 0, 0, NULL, "Only runs of this script", false},
    {"agent", FIELD_UUID, false, 0, 0, NULL, "Only runs of this agent", false},
    {"room", FIELD_UUID, false, 0, 0, NULL, "Only runs of this room", false},
    {"asked_by", FIELD_LINE, false, 1, 36, NULL, "Only runs started by the user or agent with this id, or \"me\"",
     false},
    {"since", FIELD_TIME, false, 0, 0, NULL, "Only runs queued at or after this time", false},
    {"until", FIELD_TIME, false, 0, 0, NULL, "Only runs queued before this time", false},
    {NULL},
};

static const struct field output_query[] = {
    {"offset", FIELD_INTEGER, false, 0, 1LL << 50, NULL, "Where to start, in bytes (default 0)", false},
    {"limit", FIELD_INTEGER, false, 16, 1 << 20, NULL, "The maximum number of bytes (default 65536)", false},
    {"tail", FIELD_INTEGER, false, 1, 1 << 20, NULL, "Instead of offset: the number of bytes at the end", false},
    {"format", FIELD_CHOICE, false, 0, 0, "json|text", "text: the whole output as a download, like Accept: text/plain",
     false},
    {NULL},
};

static const struct field search_query[] = {
    {"text", FIELD_TEXT, true, 1, 200, NULL, "The text to find; the case of a to z is ignored", false},
    {"from", FIELD_INTEGER, false, 0, 1LL << 50, NULL,
     "The byte to start at (default 0), or before which to search backward", false},
    {"backward", FIELD_BOOLEAN, false, 0, 0, NULL,
     "Find the last match before from instead of the first match after it", false},
    {NULL},
};

const struct route run_routes[] = {
    ROUTE(METHOD_GET, "/runs", USER, POOL_FAST, NULL, list_query, list,
          "Runs, newest first; with rare filters, a short page may have a next page", "RunItemList", .by_runs = true),
    ROUTE(METHOD_GET, "/runs/{id}", RUN("see"), POOL_FAST, NULL, NULL, show, "A run", "Run", .by_runs = true),
    ROUTE(METHOD_GET, "/runs/{id}/output", RUN("see"), POOL_WAIT, NULL, output_query, output,
          "The output of a run: a page of it, or all of it as a download", "RunOutput", .media = "text/plain",
          .by_runs = true),
    ROUTE(METHOD_GET, "/runs/{id}/output/search", RUN("see"), POOL_WAIT, NULL, search_query, search,
          "Find a text in the output of a run; each request searches 4 MiB until more is false", "RunPlace",
          .by_runs = true),
    ROUTE(METHOD_DELETE, "/runs/{id}/output", RUN("own"), POOL_FAST, NULL, NULL, remove_output,
          "Delete the output and the files of a finished run; the run itself is kept", "Run"),
    ROUTE(METHOD_POST, "/runs/{id}/cancel", RUN("act"), POOL_FAST, NULL, NULL, cancel, "Stop a run", "Run",
          .by_runs = true),
    ROUTE(METHOD_POST, "/runs/{id}/retry", RUN("act"), POOL_FAST, retry_fields, NULL, retry,
          "Retry an answer that failed or was stopped, or run a script again with the same inputs", "Run", true,
          .successes = "202", .by_runs = true),
    ROUTE_END,
};

/* GET /api/runs?state=&kind=&script=&agent=&room=&asked_by=&since=&until=&limit=&cursor=: 200 with a page; 422 */
static void list(struct request *request)
{
    respond_row(request, runs_list(request->db, json_object_to_json_string(request->query)), 200);
}

/* GET /api/runs/{id} */
static void show(struct request *request)
{
    respond_row(request, runs_get(request->db, request->path_values[0]), 200);
}

/* The next piece of a download: the caller is proved again for each, because a download may take long. */
static struct piece fetch_output(void *context, long long offset)
{
    struct request *request = context;

    guard_queue(request);
    if (run_output_piece(request->db, request->path_values[0], offset + request_query_integer(request, "offset", 0)) !=
        OUTCOME_OK)
        return (struct piece){NULL, 0};
    return (struct piece){db_value(request->db, 0, 0), db_length(request->db, 0, 0)};
}

/* As much as there is when it begins. */
static void download(struct request *request)
{
    enum outcome outcome = run_output_size(request->db, request->path_values[0]);
    long long size = 0, offset = request_query_integer(request, "offset", 0);

    if (outcome != OUTCOME_OK || number_parse(db_value(request->db, 0, 0), 0, INT64_MAX, &size) != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    respond_pieces(request, "text/plain; charset=utf-8",
                   request_keep(request, text_format("run-%s.txt", request->path_values[0])),
                   size > offset ? size - offset : 0, fetch_output);
}

static bool wants_text(const struct request *request)
{
    const char *format = request_query(request, "format"), *accept = request_header(request, "Accept");

    return format ? strcmp(format, "text") == 0 : accept && strncmp(accept, "text/plain", 10) == 0;
}

/* GET /api/runs/{id}/output?offset=&limit=&tail=&format=: 200 with a page, or with all of it as it was written */
static void output(struct request *request)
{
    if (wants_text(request)) {
        download(request);
        return;
    }
    struct text page = TEXT_EMPTY;
    char offset[24], limit[24], tail[24];
    long long last = request_query_integer(request, "tail", 0);

    snprintf(tail, sizeof tail, "%lld", last);
    snprintf(offset, sizeof offset, "%lld", request_query_integer(request, "offset", 0));
    snprintf(limit, sizeof limit, "%lld", request_query_integer(request, "limit", last ? last : 65536));
    enum outcome outcome =
        run_output_read(request->db, request->path_values[0], last ? NULL : offset, last ? tail : NULL, limit);
    if (outcome == OUTCOME_OK) {
        run_output_page(request->db, &page);
        respond_json(request, 200, text_string(&page));
    } else {
        respond_problem(request, outcome, NULL);
    }
    text_free(&page);
}

/* GET /api/runs/{id}/output/search?text=&from=&backward=: 200 with {"offset", "next", "more", "bytes"}; 422 */
static void search(struct request *request)
{
    const struct output_search wanted = {request_query(request, "text"), request_query_integer(request, "from", 0),
                                         json_flag(request->query, "backward", false)};
    struct text place = TEXT_EMPTY;
    enum outcome outcome = run_output_search(request->db, request->path_values[0], &wanted, &place);

    if (outcome == OUTCOME_OK)
        respond_json(request, 200, text_string(&place));
    else
        respond_problem(request, outcome, NULL);
    text_free(&place);
}

/* DELETE /api/runs/{id}/output: 200 and the run; 403; 404; 409 when it has not finished, or is an agent's answer */
static void remove_output(struct request *request)
{
    respond_announced(request, runs_remove_output(request->db, request->path_values[0]), 200);
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
