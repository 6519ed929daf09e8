#include "model/status.h"
#include "base/clock.h"
#include "base/token.h"
#include "fcgi/http/route.h"
#include "fcgi/openapi/openapi.h"
#include "fcgi/pool/counters.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define STORAGE_KNOWN_MS 10000

static void show_status(struct request *request);
static void show_health(struct request *request);
static void show_metrics(struct request *request);
static void show_openapi(struct request *request);

const struct route status_routes[] = {
    ROUTE(METHOD_GET, "/status", PUBLIC, POOL_FAST, NULL, NULL, show_status, "Your login status and the CSRF token",
          "Status"),
    ROUTE(METHOD_GET, "/health", PUBLIC, POOL_FAST, NULL, NULL, show_health,
          "The health of the database and the live channel", "Health", .successes = "200|503"),
    ROUTE(METHOD_GET, "/metrics", MAY("monitoring.read"), POOL_FAST, NULL, NULL, show_metrics,
          "Metrics for Prometheus (text exposition format)", .media = "text/plain"),
    ROUTE(METHOD_GET, "/openapi.json", PUBLIC, POOL_FAST, NULL, NULL, show_openapi,
          "The OpenAPI description of this API", .media = "application/json"),
    ROUTE_END,
};

/* GET /api/status -> {"status","authenticated","csrf_token","user","registration_open","setup_needed"}. A session that
 * has ended is not an error here, it is "authenticated": false. */
static void show_status(struct request *request)
{
    const struct caller *caller = &request->caller;
    char *csrf = caller->session_id[0] ? csrf_token(request->config, caller->session_id) : NULL;
    struct status_claim claim = {caller->user_id, caller->session_id, caller->token_hash, csrf};
    if (!request->db)
        respond_away(request);
    else
        respond_row(request, status_show(request->db, &claim, request->config->registration_open), 200);
    free(csrf);
}

static bool nchan_answers(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return answers;
}

/* Whether it can write, asked at most every STORAGE_KNOWN_MS: anybody may ask for the health. */
static enum outcome check_storage(struct request *request)
{
    struct counters *counters = request->counters;
    int64_t now = clock_monotonic_ms();
    enum outcome outcome;

    if (counters && now < atomic_load(&counters->storage_known_until))
        return atomic_load(&counters->storage_full) ? OUTCOME_FULL : status_ping(request->db);
    outcome = status_write(request->db);
    if (counters && (outcome == OUTCOME_OK || outcome == OUTCOME_FULL)) {
        atomic_store(&counters->storage_full, outcome == OUTCOME_FULL);
        atomic_store(&counters->storage_known_until, now + STORAGE_KNOWN_MS);
    }
    return outcome;
}

/* "outdated": it is there, but does not have the functions of this version. */
static const char *database_state(struct request *request)
{
    enum outcome outcome = request->db ? check_storage(request) : OUTCOME_AWAY;
    if (outcome == OUTCOME_OK)
        return "ok";
    if (outcome == OUTCOME_FULL)
        return "full";
    return request->counters && atomic_load(&request->counters->functions_missing) ? "outdated" : "away";
}

/* GET /api/health -> 200 or 503 {"status":"ok|degraded","parts":{"database":"ok|away|outdated|full",
 * "nchan":"ok|away"}}. */
static void show_health(struct request *request)
{
    const char *database = database_state(request);
    bool nchan = nchan_answers(request->config->nchan_socket);
    bool whole = strcmp(database, "ok") == 0 && nchan;
    struct text body = TEXT_EMPTY;
    text_add_format(&body, "{\"status\":\"%s\",\"parts\":{\"database\":\"%s\",\"nchan\":\"%s\"}}",
                    whole ? "ok" : "degraded", database, nchan ? "ok" : "away");
    if (!whole)
        respond_header(request, "Retry-After", "1");
    respond_json(request, whole ? 200 : 503, text_string(&body));
    text_free(&body);
}

static void add_metric(struct text *body, const char *name, const char *label, const char *value, const char *number)
{
    if (*label)
        text_add_format(body, "%s{%s=\"%s\"} %s\n", name, label, value, number);
    else
        text_add_format(body, "%s %s\n", name, number);
}

static void add_pool_metrics(struct text *body, const struct counters *counters)
{
    const char *pool = counters->waits ? "wait" : "fast";
    for (int digit = 1; digit <= 5; digit++)
        text_add_format(body, "coagent_requests_total{pool=\"%s\",code=\"%dxx\"} %lu\n", pool, digit,
                        atomic_load(&counters->answers[digit]));
    text_add_format(body, "coagent_request_milliseconds_total{pool=\"%s\"} %lu\n", pool,
                    atomic_load(&counters->milliseconds));
    text_add_format(body, "coagent_pool_slots{pool=\"%s\"} %d\n", pool, atomic_load(&counters->slots));
    text_add_format(body, "coagent_pool_slots_connected{pool=\"%s\"} %d\n", pool,
                    atomic_load(&counters->slots_connected));
    text_add_format(body, "coagent_pool_slots_busy{pool=\"%s\"} %d\n", pool, counters_busy(counters));
    text_add_format(body, "coagent_pool_children_failed_total{pool=\"%s\"} %lu\n", pool,
                    atomic_load(&counters->children_failed));
    text_add_format(body, "coagent_pool_connections_made_total{pool=\"%s\"} %lu\n", pool,
                    atomic_load(&counters->connections_made));
}

/* GET /api/metrics -> text/plain. The pool's numbers are those of the pool that answers. */
static void show_metrics(struct request *request)
{
    struct text body = TEXT_EMPTY;
    enum outcome outcome = metrics_list(request->db);
    if (outcome != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    for (int row = 0; row < db_rows(request->db); row++)
        add_metric(&body, db_value(request->db, row, 0), db_value(request->db, row, 1), db_value(request->db, row, 2),
                   db_value(request->db, row, 3));
    if (request->counters)
        add_pool_metrics(&body, request->counters);
    respond_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", text_string(&body), body.length);
    text_free(&body);
}

/* GET /api/openapi.json -> the OpenAPI 3.1 document of all route tables. */
static void show_openapi(struct request *request)
{
    struct text document = TEXT_EMPTY;
    openapi_write(route_tables, &document);
    respond_json(request, 200, text_string(&document));
    text_free(&document);
}
