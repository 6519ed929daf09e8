#include "cron/script/script.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secretbox.h"
#include "cron/cache/cache.h"
#include "cron/dependencies/install.h"
#include "cron/run/execution.h"
#include "cron/run/lease.h"
#include "cron/run/slim.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/attend.h"
#include "cron/script/environment.h"
#include "cron/script/exit_reason.h"
#include "cron/script/facts.h"
#include "cron/script/harvest.h"
#include "cron/script/output.h"
#include "cron/script/state.h"
#include "model/run_tokens.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>

#define WALL_MARGIN_SECONDS 30 /* the sandbox watches its time by itself; this is for the case that it does not */
#define MEBIBYTE (1024LL * 1024)

struct script {
    struct execution *execution;
    struct script_facts facts;
    struct environment environment;
    struct sandbox_limits limits;
    struct sandbox sandbox;
    struct output output;
    struct state state;               /* of kinds that keep one */
    struct dependencies dependencies; /* of scripts that need some */
    struct cache cache;
    int64_t begun_at;
};

/* The last word, as it goes into the pipeline. */
struct ending {
    struct script *script;
    const char *values[7];
};

static void set_limits(struct script *script)
{
    const struct execution *execution = script->execution;
    struct json_object *wanted = json_tokener_parse(script->facts.limits);

    script->limits = sandbox_limits_of(execution->config);
    for (enum limit_word word = 0; word < LIMIT_COUNT; word++) {
        long *limit = sandbox_limit(&script->limits, word);
        long long value = json_long(wanted, limit_rows[word].name, *limit);

        if (value > 0 && value < *limit)
            *limit = (long)value;
    }
    if (script->limits.file_mb > script->limits.disk_mb)
        script->limits.file_mb = script->limits.disk_mb;
    json_object_put(wanted);
}

static void queue_ending(void *context, struct db *db)
{
    struct ending *ending = context;

    output_queue(&ending->script->output, db);
    db_queue(db, &query_run_finish_script, ending->values);
}

/* Output and end are one transaction; who looks on hears of them in that order. result is taken over. */
static void conclude(struct script *script, const char *state, const char *reason, struct json_object *result,
                     struct json_object *usage, struct json_object *how)
{
    struct execution *execution = script->execution;
    struct ending ending = {script,
                            {execution->id, execution->fence, state, reason,
                             result ? json_object_to_json_string(result) : NULL, json_object_to_json_string(usage),
                             json_object_to_json_string(how)}};

    if (execution_conclude(execution, queue_ending, &ending)) {
        output_stored(&script->output);
        announce(&execution->push, execution->db);
        log_info("%s: %s", state, reason ? reason : "done");
    }
    json_object_put(result);
    json_object_put(usage);
    json_object_put(how);
}

/* The run never started. */
static void refuse(struct script *script, const char *state, const char *ended_by, const char *reason)
{
    struct json_object *how = json_object_new_object();

    json_object_object_add(how, "ended_by", json_object_new_string(ended_by));
    conclude(script, state, reason, NULL, json_object_new_object(), how);
}

static struct json_object *usage_of(const struct script *script, const struct sandbox_ending *ending)
{
    struct json_object *usage = json_object_new_object();

    json_object_object_add(usage, "cpu_ms", json_object_new_int64(ending->cpu_ms));
    json_object_object_add(usage, "memory_bytes", json_object_new_int64(ending->peak_bytes));
    json_object_object_add(usage, "wall_ms", json_object_new_int64(clock_monotonic_ms() - script->begun_at));
    return usage;
}

static struct json_object *how_of(const struct sandbox_ending *ending, const struct exit_reason *ended)
{
    struct json_object *how = json_object_new_object();

    json_object_object_add(how, "ended_by", json_object_new_string(ended->ended_by));
    if (ending->reason == RUN_END_EXIT)
        json_object_object_add(how, "exit_code", json_object_new_int(ending->exit_code));
    if (ending->reason == RUN_END_SIGNAL)
        json_object_object_add(how, "signal", json_object_new_int(ending->signal_number));
    return how;
}

/* Of a run whose lease is lost nothing more is stored. */
static void end(struct script *script)
{
    struct sandbox_ending ending = *sandbox_end(&script->sandbox);
    struct exit_reason ended;
    struct json_object *usage = usage_of(script, &ending);
    struct json_object *result;

    output_end(&script->output);
    ended = exit_reason_of(&ending, &script->limits, last_line_text(&script->output.last_error));
    result = harvest_result(&script->sandbox, script->environment.mask, script->environment.kind->keeps_state,
                            &ended.reason);
    harvest_files(script->execution, &script->sandbox, script->environment.mask, &script->output);
    if (script->environment.kind->keeps_state)
        state_end(&script->state, &script->output);
    if (strcmp(ended.state, "succeeded") == 0 && !script->facts.dry_run)
        cache_keep(&script->cache, &script->sandbox);
    conclude(script, ended.state, ended.reason.length ? ended.reason.bytes : NULL, result, usage,
             how_of(&ending, &ended));
    text_free(&ended.reason);
}

/* What the attendant of the run reads and tells. */
static struct attendance attendance_of(struct script *script)
{
    return (struct attendance){
        .execution = script->execution,
        .sandbox = &script->sandbox,
        .output = &script->output,
        .sought_note = "This script has no network, so a connection or a name look-up failed. Its settings allow "
                       "internet access, to those who have the permission.",
        .state = script->environment.kind->keeps_state ? &script->state : NULL,
        .begun_at = script->begun_at,
        .told = script->dependencies.path != NULL,
    };
}

/* Where the run finds its packages; no place if it has none. */
static struct sandbox_bind bind_of(const struct script *script)
{
    const struct ecosystem *ecosystem = script->environment.needs.ecosystem;

    if (!ecosystem || !script->dependencies.path)
        return (struct sandbox_bind){NULL, NULL};
    return (struct sandbox_bind){script->dependencies.path, ecosystem->folder};
}

static void run_sandboxed(struct script *script)
{
    const struct sandbox_door door = {script->execution->config->api_socket, script->execution->id,
                                      script->facts.api_user};
    struct sandbox_spec spec = {
        .argv = script->environment.argv,
        .environment = (const char *const *)script->environment.variables,
        .files = script->environment.files,
        .file_count = script->environment.file_count,
        .limits = script->limits,
        .filter = script->execution->filter,
        .reach = script->facts.reach,
        .door = door.user ? &door : NULL,
        .binds = {bind_of(script)},
    };
    struct attendance attendance;
    struct text why = TEXT_EMPTY;

    cache_open(&script->cache, script->execution, &script->facts, &script->output);
    spec.cache = cache_spec(&script->cache);
    lease_limit(script->execution, script->limits.wall_seconds + WALL_MARGIN_SECONDS);
    script->begun_at = clock_monotonic_ms();
    state_open(&script->state, script->execution, &script->sandbox, &script->environment.state);
    if (sandbox_start(&script->sandbox, &spec, &why) != OUTCOME_OK) {
        refuse(script, "failed", "start", text_string(&why));
    } else {
        attendance = attendance_of(script);
        if (attend(&attendance))
            end(script);
        else
            log_warn("the lease was lost; ending the sandbox");
        sandbox_close(&script->sandbox);
    }
    state_close(&script->state);
    cache_close(&script->cache);
    text_free(&why);
}

/* The database knows only the digest. A run that is no longer its own finds that out at the next tick of its lease. */
static char *make_token(struct execution *execution, const struct script_facts *facts)
{
    char digest[DIGEST_SIZE];
    char *token = facts->api_user ? run_token_make(facts->api_user, execution->id) : NULL;

    if (token) {
        digest_hex(token, digest);
        execution_ask(execution, &query_run_token_add, DB_VALUES(execution->id, execution->fence, digest));
    }
    return token;
}

static enum outcome open_environment(struct script *script, struct text *why)
{
    char *token = make_token(script->execution, &script->facts);
    enum outcome outcome = environment_open(&script->environment, script->execution, &script->facts, token, why);

    if (token)
        explicit_bzero(token, strlen(token));
    free(token);
    return outcome;
}

/* The run ended before its code began, by somebody's wish or by its time. */
static void end_before_start(struct script *script)
{
    const struct execution *execution = script->execution;

    if (execution->state == EXECUTION_STOPPED)
        refuse(script, "cancelled", run_end_rows[RUN_END_CANCELLED].name, "Stopped.");
    else if (execution->state == EXECUTION_TIMED_OUT)
        refuse(script, "timed_out", run_end_rows[RUN_END_WALL_TIME].name, "The installation exceeded its time limit.");
    else
        log_warn("the lease was lost while packages were installed");
}

/* The script runs with what it needs, or not at all. */
static void run_with_needs(struct script *script)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome;

    script->dependencies = (struct dependencies){
        .execution = script->execution, .needs = &script->environment.needs, .output = &script->output};
    execution_tell(script->execution);
    outcome = dependencies_get(&script->dependencies, &why);
    if (outcome == OUTCOME_OK)
        run_sandboxed(script);
    else if (outcome == OUTCOME_DENIED)
        end_before_start(script);
    else
        refuse(script, "failed", run_end_rows[RUN_END_START].name, text_string(&why));
    dependencies_let_go(&script->dependencies);
    text_free(&why);
}

static void run_script(struct execution *execution)
{
    struct script script = {.execution = execution};
    struct text why = TEXT_EMPTY;

    script_facts_read(&script.facts, &execution->row);
    execution_note_quota(execution, script.facts.output_most);
    enum outcome outcome = open_environment(&script, &why);

    slim_keepers();
    set_limits(&script);
    output_open(&script.output, execution, script.environment.mask, script.limits.output_mb * MEBIBYTE);
    if (outcome != OUTCOME_OK)
        refuse(&script, "failed", "start", text_string(&why));
    else if (script.environment.needs.ecosystem)
        run_with_needs(&script);
    else
        run_sandboxed(&script);
    output_free(&script.output);
    environment_close(&script.environment);
    text_free(&why);
}

static void plan_statements(struct db *db)
{
    static const char *const nobody = "00000000-0000-0000-0000-000000000000";

    db_queue(db, &query_run_finish_script, DB_VALUES(nobody, "0", "succeeded", NULL, NULL, "{}", "{}"));
    db_queue(db, &query_run_take_script, DB_VALUES(nobody, "0", "0"));
}

static const struct db_statement *const statements[] = {&query_run_output_add, &query_run_finish_script, NULL};

const struct run_kind run_kind_script = {
    .name = "script",
    .take = &query_run_take_script,
    .run = run_script,
    .statements = statements,
    .plan = plan_statements,
    .limit_seconds = 60,
    .slim = true,
};
