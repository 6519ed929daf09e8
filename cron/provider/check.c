#include "cron/provider/check.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/repair.h"
#include "cron/provider/endpoint.h"
#include "cron/run/lease.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>

static bool tick(void *context)
{
    return lease_tick(context);
}

static int wake(void *context)
{
    return execution_socket(context);
}

/* Asks; models stays NULL and why says what is wrong when it does not work. */
static void ask(struct execution *execution, const char *url, const char *sealed, struct json_object **models,
                struct text *why)
{
    const struct http_watch watch = {execution, NULL, tick, 250, wake};
    struct endpoint endpoint;

    if (endpoint_open(&endpoint, execution->config, url, sealed, why) == OUTCOME_OK)
        endpoint_models(&endpoint, &watch, models, why);
    endpoint_close(&endpoint);
}

/* The provider of the inputs; rows are copied because asking runs statements. */
static bool check(struct execution *execution, const char *provider, struct json_object **models, struct text *why)
{
    char *url;
    char *sealed;

    if (!provider || execution_ask(execution, &query_provider_endpoint, DB_VALUES(provider)) != OUTCOME_OK) {
        text_add(why, "The provider was deleted.");
        return false;
    }
    if (strcmp(db_value(execution->db, 0, 0), "command") == 0) {
        *models = json_object_new_array();
        text_add(why, "The built-in commands are always available.");
        return true;
    }
    url = strdup(db_value(execution->db, 0, 1));
    sealed = db_value(execution->db, 0, 2) ? strdup(db_value(execution->db, 0, 2)) : NULL;
    ask(execution, url, sealed, models, why);
    if (*models)
        text_add_format(why, "The endpoint responds and has %zu model%s.", json_object_array_length(*models),
                        number_plural((long long)json_object_array_length(*models)));
    free(url);
    free(sealed);
    return *models != NULL;
}

static void run_check(struct execution *execution)
{
    execution_tell(execution);

    struct json_object *inputs = json_tokener_parse(execution->facts.inputs);
    struct json_object *result = json_object_new_object();
    struct json_object *models = NULL;
    struct text why = TEXT_EMPTY;
    struct text message = TEXT_EMPTY;
    int64_t begun = clock_monotonic_ms();
    bool ok = check(execution, json_text(inputs, "provider"), &models, &why);

    text_add_repaired(&message, text_string(&why), why.length);
    json_object_object_add(result, "ok", json_object_new_boolean(ok));
    json_object_object_add(result, "message", json_object_new_string(text_string(&message)));
    json_object_object_add(result, "models", models ? models : json_object_new_array());
    json_object_object_add(result, "duration_ms", json_object_new_int64(clock_monotonic_ms() - begun));
    execution_finish(execution, "succeeded", NULL, result, json_object_new_object());
    json_object_put(inputs);
    text_free(&why);
    text_free(&message);
}

static const struct db_statement *const statements[] = {&query_provider_endpoint, NULL};

const struct run_kind run_kind_housekeeping = {
    .name = "housekeeping",
    .take = &query_run_take,
    .run = run_check,
    .statements = statements,
    .limit_seconds = 60,
};
