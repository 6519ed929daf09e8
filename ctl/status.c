/* coagentctl status: versions, schema, and what the parts are at. */
#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "ctl/command.h"
#include "ctl/fastcgi.h"
#include "ctl/round_trip.h"
#include "model/functions.h"
#include "model/migrations.h"
#include "queries.h"

#include <stdio.h>
#include <string.h>

static struct json_object *text_or_null(const char *text)
{
    return text && *text ? json_object_new_string(text) : NULL;
}

/* {"state": "ok|degraded|away", "ms"} */
static struct json_object *describe_pool(const char *socket, int slots)
{
    struct json_object *pool = json_object_new_object();
    struct text body = TEXT_EMPTY, why = TEXT_EMPTY;
    int64_t before = clock_monotonic_ms();
    int status = 0;
    enum outcome outcome = fastcgi_get(socket, "/api/health", &status, &body, &why);

    json_object_object_add(pool, "state",
                           json_object_new_string(outcome != OUTCOME_OK ? "away"
                                                  : status == 200       ? "ok"
                                                                        : "degraded"));
    json_object_object_add(pool, "slots", json_object_new_int(slots));
    json_object_object_add(pool, "ms", json_object_new_int64(clock_monotonic_ms() - before));
    text_free(&body);
    text_free(&why);
    return pool;
}

static const char *nchan_state(const struct config *config)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome = round_trip(config->nchan_socket, &why);

    text_free(&why);
    return outcome == OUTCOME_OK ? "ok" : "away";
}

static void add_migrations(struct json_object *report, struct db *db)
{
    struct migrations_state state;
    struct text why = TEXT_EMPTY;
    struct json_object *counts = json_object_new_object();

    if (migrations_compare(db, migrations, &state, &why) == OUTCOME_OK &&
        (state.pending > 0 || functions_compare(db, &why) != OUTCOME_OK))
        text_add_format(&why, "%sRun coagentctl migrate.", why.length > 0 ? " " : "");
    json_object_object_add(counts, "applied", json_object_new_int(state.applied));
    json_object_object_add(counts, "pending", json_object_new_int(state.pending));
    json_object_object_add(report, "migrations", counts);
    json_object_object_add(report, "problem", text_or_null(text_string(&why)));
    text_free(&why);
}

/* {"state": "at work|away", "last_sign_ms"} */
static struct json_object *describe_runner(struct db *db)
{
    struct json_object *runner = json_object_new_object();
    const char *sign = db_do(db, &query_doctor_runner, DB_NO_VALUES) == OUTCOME_OK ? db_value(db, 0, 0) : NULL;
    long long ms = 0;

    if (sign && number_parse(sign, -1000, INT64_MAX, &ms) != OUTCOME_OK)
        sign = NULL;
    json_object_object_add(runner, "state", json_object_new_string(sign ? "at work" : "away"));
    json_object_object_add(runner, "last_sign_ms", sign ? json_object_new_int64(ms > 0 ? ms : 0) : NULL);
    return runner;
}

/* The members of the statement's document become members of the report. */
static void add_summary(struct json_object *report, struct db *db)
{
    struct json_object *summary = NULL;
    const char *why;

    if (db_do(db, &query_status_summary, DB_NO_VALUES) != OUTCOME_OK ||
        json_parse(db_value(db, 0, 0), strlen(db_value(db, 0, 0)), &summary, &why) != OUTCOME_OK)
        return;
    json_object_object_foreach(summary, key, value) json_object_object_add(report, key, json_object_get(value));
    json_object_put(summary);
}

static struct json_object *gather(const struct config *config, struct db *db)
{
    struct json_object *report = json_object_new_object(), *pools = json_object_new_object();

    json_object_object_add(report, "version", json_object_new_string(PACKAGE_VERSION));
    json_object_object_add(report, "database", json_object_new_string("ok"));
    add_migrations(report, db);
    json_object_object_add(pools, "fast", describe_pool(config->pool_socket, config->pool_slots));
    json_object_object_add(pools, "wait", describe_pool(config->pool_wait_socket, config->pool_wait_slots));
    json_object_object_add(report, "pools", pools);
    json_object_object_add(report, "nchan", json_object_new_string(nchan_state(config)));
    json_object_object_add(report, "runner", describe_runner(db));
    add_summary(report, db);
    return report;
}

static void print_pool(struct json_object *report, const char *name, const char *title)
{
    struct json_object *pool = json_member(json_member(report, "pools"), name);

    printf("%-12s %s, %lld slots, %lld ms\n", title, json_text(pool, "state"), json_long(pool, "slots", 0),
           json_long(pool, "ms", 0));
}

/* The statements count to 1000. */
static void print_count(struct json_object *report, const char *name)
{
    long long count = json_long(report, name, -1);

    if (count >= 0)
        printf("%-12s %lld%s\n", name, count, count >= 1000 ? " or more" : "");
}

static void print_runs(struct json_object *report)
{
    struct json_object *runs = json_member(report, "runs");

    if (runs)
        printf("runs         %lld queued (the oldest for %lld s), %lld running, %lld waiting\n",
               json_long(runs, "queued", 0), json_long(runs, "oldest_due_seconds", 0), json_long(runs, "running", 0),
               json_long(runs, "waiting", 0));
}

static void print_text(struct json_object *report)
{
    struct json_object *counts = json_member(report, "migrations"), *runner = json_member(report, "runner");
    const char *server = json_text(report, "server"), *problem = json_text(report, "problem");

    printf("version      %s\n", json_text(report, "version"));
    printf("database     ok%s%s\n", server ? ", PostgreSQL " : "", server ? server : "");
    printf("migrations   %lld applied, %lld pending\n", json_long(counts, "applied", 0),
           json_long(counts, "pending", 0));
    print_pool(report, "fast", "pool");
    print_pool(report, "wait", "wait pool");
    printf("nchan        %s\n", json_text(report, "nchan"));
    printf("runner       %s", json_text(runner, "state"));
    if (json_member(runner, "last_sign_ms"))
        printf(", last heartbeat %lld ms ago", json_long(runner, "last_sign_ms", 0));
    putchar('\n');
    print_runs(report);
    print_count(report, "sessions");
    print_count(report, "users");
    print_count(report, "rooms");
    print_count(report, "agents");
    print_count(report, "connections");
    if (problem)
        printf("problem      %s\n", problem);
}

static enum exit_status run(struct call *call)
{
    enum exit_status status = read_options(call, (const struct choice[]){{NULL}});
    struct json_object *report;
    struct db *db = NULL;

    if (status == EXIT_DONE)
        status = command_open(call, call->config->database_url, DB_WITHOUT_FUNCTIONS, &db);
    if (status != EXIT_DONE)
        return status;
    report = gather(call->config, db);
    if (json_text(report, "problem"))
        status = EXIT_FAILED;
    if (call->json) {
        print_json(report);
    } else {
        print_text(report);
        json_object_put(report);
    }
    db_close(db);
    return status;
}

const struct command command_status = {
    .name = "status",
    .summary = "report the state of each part and whether the schema matches",
    .help = "Usage: coagentctl status [--json]\n"
            "Connects as the running program does (DATABASE_URL), compares the schema with this version, contacts the\n"
            "pools and nchan, and counts the work in progress (up to 1000). The exit status is 0 if the schema\n"
            "matches, 1 if it does not, 4 if PostgreSQL cannot be reached; \"doctor\" checks the rest.\n"
            "\n"
            "  --json   print JSON\n",
    .run = run,
};
