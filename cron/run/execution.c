#include "cron/run/execution.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "cron/agent/turn.h"
#include "cron/provider/check.h"
#include "cron/script/script.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATEMENT_MS 10000
#define DEAF_MS 200
#define PATIENCE_MS 1000
#define ASK_AGAIN_MS 250
#define GRACE_SECONDS 60 /* to store and tell what was done, after the time is over */

struct kind {
    const char *name;
    const struct db_statement *take;
    void (*run)(struct execution *execution);
};

static const struct kind kinds[] = {
    {"script", &query_run_take_script, script_run},
    {"agent", &query_run_take, turn_run},
    {"housekeeping", &query_run_take, provider_check_run},
};

static void disconnect(struct execution *execution)
{
    db_close(execution->db);
    execution->db = NULL;
    execution->listening = false;
    execution->connect_at = clock_monotonic_ms() + 500;
}

/* The lease is renewed at once: it may be close to its end. */
static void reconnect(struct execution *execution)
{
    struct text why = TEXT_EMPTY;

    if (db_open(&execution->db, execution->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why) != OUTCOME_OK)
        disconnect(execution);
    else
        execution->renew_at = 0;
    execution->connects++;
    execution->lent = NULL;
    text_free(&why);
}

/* Whether it was stopped before it listened, renewing tells. */
static void listen(struct execution *execution)
{
    if (db_listen(execution->db, "run_cancel") != OUTCOME_OK) {
        disconnect(execution);
        return;
    }
    execution->listening = true;
    execution->renew_at = 0;
}

enum outcome execution_do(struct execution *execution, const struct db_statement *statement, const char *const values[])
{
    if (!execution->db)
        return OUTCOME_AWAY;
    db_queue(execution->db, statement, values);
    return execution_run(execution);
}

enum outcome execution_run(struct execution *execution)
{
    enum outcome outcome = db_run(execution->db);

    if (outcome == OUTCOME_AWAY)
        disconnect(execution);
    else if (outcome != OUTCOME_OK && outcome != OUTCOME_ABSENT)
        log_warn("a statement failed: %s: %s", outcome_name(outcome), db_failure(execution->db)->message);
    return outcome;
}

static void renew(struct execution *execution, int64_t now)
{
    enum outcome outcome = execution_do(execution, &query_run_renew, DB_VALUES(execution->id, execution->fence));

    execution->renew_at = now + RENEW_MS;
    if (outcome == OUTCOME_ABSENT) {
        execution->state = EXECUTION_ORPHANED;
    } else if (outcome == OUTCOME_OK) {
        execution->lease_until = now + LEASE_MS;
        if (db_value(execution->db, 0, 0)[0] == 't' && execution->state == EXECUTION_GOING)
            execution->state = EXECUTION_STOPPED;
    }
}

static void hear(struct execution *execution)
{
    const char *channel;
    const char *payload;
    enum outcome outcome;

    while ((outcome = db_notification(execution->db, 0, &channel, &payload)) == OUTCOME_OK)
        if (strcmp(payload, execution->id) == 0 && execution->state == EXECUTION_GOING)
            execution->state = EXECUTION_STOPPED;
    if (outcome == OUTCOME_AWAY)
        disconnect(execution);
}

bool execution_tick(struct execution *execution)
{
    int64_t now = clock_monotonic_ms();

    if (execution->state == EXECUTION_ORPHANED)
        return false;
    if (!execution->db && now >= execution->connect_at)
        reconnect(execution);
    if (execution->db && !execution->listening && now >= execution->listen_at)
        listen(execution);
    if (execution->db && execution->listening)
        hear(execution);
    if (execution->db && now >= execution->renew_at)
        renew(execution, now);
    if (execution->state != EXECUTION_ORPHANED && clock_monotonic_ms() >= execution->lease_until)
        execution->state = EXECUTION_ORPHANED;
    if (execution->state == EXECUTION_GOING && now >= execution->deadline_at)
        execution->state = EXECUTION_TIMED_OUT;
    return execution->state == EXECUTION_GOING;
}

int execution_patience(const struct execution *execution)
{
    int64_t next = execution->state == EXECUTION_GOING ? execution->deadline_at : INT64_MAX;
    int64_t left;

    if (execution->db && !execution->listening && execution->listen_at < next)
        next = execution->listen_at;
    if (execution->db && execution->renew_at < next)
        next = execution->renew_at;
    if (!execution->db && execution->connect_at < next)
        next = execution->connect_at;
    left = next - clock_monotonic_ms();
    return left < 0 ? 0 : left > PATIENCE_MS ? PATIENCE_MS : (int)left;
}

/* The alarm is for the case that the loop itself should ever hang. */
void execution_limit(struct execution *execution, long seconds)
{
    execution->deadline_at = clock_monotonic_ms() + seconds * 1000;
    alarm((unsigned)seconds + GRACE_SECONDS);
}

bool execution_wait(struct execution *execution, long ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    int64_t left;

    while (execution_tick(execution) && (left = until - clock_monotonic_ms()) > 0) {
        struct pollfd wake = {execution_socket(execution), POLLIN, 0};

        poll(&wake, 1, left < 250 ? (int)left : 250);
    }
    return execution->state == EXECUTION_GOING;
}

enum outcome execution_ask(struct execution *execution, const struct db_statement *statement,
                           const char *const values[])
{
    enum outcome outcome;

    do
        outcome = execution_do(execution, statement, values);
    while ((outcome == OUTCOME_AWAY || outcome == OUTCOME_BUSY) && execution_wait(execution, ASK_AGAIN_MS));
    return outcome;
}

int execution_socket(const struct execution *execution)
{
    return execution->db ? db_socket(execution->db) : -1;
}

const char *execution_fact(const struct execution *execution, enum fact fact)
{
    return execution->facts[fact] ? execution->facts[fact] : "";
}

long execution_number(const struct execution *execution, enum fact fact, long fallback)
{
    long long number;

    return number_parse(execution_fact(execution, fact), 0, 2000000000, &number) == OUTCOME_OK ? (long)number
                                                                                               : fallback;
}

enum outcome execution_publish(struct execution *execution, const char *message, size_t length)
{
    char channel[CHANNEL_SIZE];

    if (!execution->facts[FACT_ROOM])
        return OUTCOME_OK;
    push_renew(&execution->push);
    return publish(&execution->push, channel_name(channel, "r_", execution->facts[FACT_ROOM]), message, length);
}

void execution_tell(struct execution *execution)
{
    const char *frame = execution_fact(execution, FACT_FRAME);

    push_renew(&execution->push);
    publish(&execution->push, execution_fact(execution, FACT_CHANNELS), frame, strlen(frame));
}

/* How it ends when the work did not come to its own end. */
static void apply_state(const struct execution *execution, const char **state, const char **reason)
{
    if (execution->state == EXECUTION_STOPPED) {
        *state = "cancelled";
        *reason = "Stopped.";
    } else if (execution->state == EXECUTION_TIMED_OUT) {
        *state = "timed_out";
        *reason = "It took longer than it may: the time limit was reached.";
    }
}

bool execution_conclude(struct execution *execution, void (*queue)(void *context, struct db *db), void *context)
{
    enum outcome outcome = OUTCOME_AWAY;

    while (execution->state != EXECUTION_ORPHANED && clock_monotonic_ms() < execution->lease_until) {
        if (!execution->db)
            reconnect(execution);
        if (execution->db) {
            queue(context, execution->db);
            outcome = execution_run(execution);
        }
        if (outcome != OUTCOME_AWAY && outcome != OUTCOME_BUSY)
            break;
        poll(NULL, 0, 250);
    }
    if (outcome == OUTCOME_OK && db_rows(execution->db) > 0)
        return true;
    log_warn("the run could not be ended (%s): its lease will end it", outcome_name(outcome));
    return false;
}

static void queue_finish(void *context, struct db *db)
{
    db_queue(db, &query_run_finish, context);
}

void execution_finish(struct execution *execution, const char *state, const char *reason, struct json_object *result,
                      struct json_object *usage)
{
    apply_state(execution, &state, &reason);
    const char *values[] = {execution->id,
                            execution->fence,
                            state,
                            reason,
                            json_object_to_json_string(result),
                            json_object_to_json_string(usage)};

    if (execution_conclude(execution, queue_finish, values)) {
        announce(&execution->push, execution->db);
        log_info("%s: %s", state, reason ? reason : "done");
    }
    json_object_put(result);
    json_object_put(usage);
}

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

/* Takes the run's facts; false when it is no longer ours. Asking again after a lost connection is no second start: the
 * work has not begun. */
static bool take(struct execution *execution, const struct db_statement *statement)
{
    enum outcome outcome;
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    for (;;) {
        if (!execution->db)
            reconnect(execution);
        outcome = execution_do(execution, statement, DB_VALUES(execution->id, execution->fence, pid));
        if (outcome != OUTCOME_AWAY || clock_monotonic_ms() >= execution->lease_until)
            break;
        poll(NULL, 0, 250);
    }
    if (outcome != OUTCOME_OK) {
        log_warn("the run could not be taken: %s", outcome_name(outcome));
        return false;
    }
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const char *value = db_value(execution->db, 0, fact);

        execution->facts[fact] = value ? strdup(value) : NULL;
    }
    return true;
}

static void work(struct execution *execution, const char *name)
{
    const struct kind *kind = kind_of(name);

    if (!take(execution, kind ? kind->take : &query_run_take))
        return;
    execution_limit(execution, strcmp(name, "agent") == 0 ? execution_number(execution, FACT_RUN_SECONDS, 60) : 60);
    if (kind)
        kind->run(execution);
    else
        execution_finish(execution, "failed", "This runner does not know this kind of run.", json_object_new_object(),
                         json_object_new_object());
}

/* Whether the lent connection is as the dispatcher knows it. */
static bool can_give_back(const struct execution *execution)
{
    if (!execution->lent || execution->db != execution->lent || db_prepared(execution->db) != execution->lent_prepared)
        return false;
    if (execution->listening && db_unlisten(execution->db) != OUTCOME_OK)
        return false;
    return db_is_idle(execution->db);
}

static void open_execution(struct execution *execution, const struct claimed *claimed)
{
    int64_t now = clock_monotonic_ms();

    snprintf(execution->id, sizeof execution->id, "%s", claimed->id);
    snprintf(execution->fence, sizeof execution->fence, "%s", claimed->fence);
    log_set_context(execution->id);
    execution->lent_prepared = execution->lent ? db_prepared(execution->lent) : 0;
    execution->lease_until = now + LEASE_MS;
    execution->renew_at = now + RENEW_MS;
    execution->listen_at = now + DEAF_MS;
}

enum executor_status execute(const struct config *config, const struct claimed *claimed, struct db *lent,
                             const struct text *filter)
{
    struct execution execution = {
        .config = config, .filter = filter, .state = EXECUTION_GOING, .db = lent, .lent = lent};

    push_open(&execution.push, config->nchan_socket, NULL);
    open_execution(&execution, claimed);
    work(&execution, claimed->kind);
    for (int fact = 0; fact < FACT_COUNT; fact++)
        free(execution.facts[fact]);
    if (can_give_back(&execution))
        return EXECUTOR_CLEAN;
    db_close(execution.db);
    return EXECUTOR_DONE;
}

enum outcome execution_warm(struct db *db)
{
    static const struct db_statement *const statements[] = {
        &query_run_take_script,
        &query_run_take,
        &query_run_renew,
        &query_run_loosely,
        &query_run_output_add,
        &query_run_finish_script,
        &query_run_context,
        &query_run_finish,
        &query_provider_endpoint,
        &query_run_say,
        NULL,
    };
    static const char *const nobody = "00000000-0000-0000-0000-000000000000";
    enum outcome outcome = db_prepare(db, statements);

    if (outcome != OUTCOME_OK)
        return outcome;
    db_queue(db, &query_run_finish_script, DB_VALUES(nobody, "0", "succeeded", NULL, NULL, "{}", "{}"));
    outcome = db_do(db, &query_run_take_script, DB_VALUES(nobody, "0", "0"));
    return outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
}
