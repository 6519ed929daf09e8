#include "cron/execute.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "cron/agent/turn.h"
#include "cron/announce.h"
#include "cron/provider_check.h"
#include "push/publish.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATEMENT_MS 10000

static const struct {
    const char *kind;
    void (*run)(struct execution *execution);
} kinds[] = {
    {"agent", turn_run},
    {"housekeeping", provider_check_run},
};

static void disconnect(struct execution *execution)
{
    db_close(execution->db);
    execution->db = NULL;
    execution->connect_at = clock_monotonic_ms() + 500;
}

/* The lease is renewed at once: it may be close to its end. */
static void reconnect(struct execution *execution)
{
    struct text why = TEXT_EMPTY;

    if (db_open(&execution->db, execution->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why) != OUTCOME_OK ||
        db_listen(execution->db, "run_cancel") != OUTCOME_OK) {
        disconnect(execution);
    } else {
        execution->renew_at = 0;
    }
    text_free(&why);
}

enum outcome execution_do(struct execution *execution, const struct db_statement *statement, const char *const values[])
{
    enum outcome outcome = execution->db ? db_do(execution->db, statement, values) : OUTCOME_AWAY;

    if (outcome == OUTCOME_AWAY && execution->db)
        disconnect(execution);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_AWAY && outcome != OUTCOME_ABSENT)
        log_warn("%s: %s: %s", statement->name, outcome_name(outcome), db_failure(execution->db)->message);
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
        if (db_value(execution->db, 0, 0)[0] == 't')
            execution->state = EXECUTION_STOPPED;
    }
}

static void hear(struct execution *execution)
{
    const char *channel;
    const char *payload;
    enum outcome outcome;

    while ((outcome = db_notification(execution->db, 0, &channel, &payload)) == OUTCOME_OK)
        if (strcmp(payload, execution->id) == 0)
            execution->state = EXECUTION_STOPPED;
    if (outcome == OUTCOME_AWAY)
        disconnect(execution);
}

bool execution_tick(struct execution *execution)
{
    int64_t now = clock_monotonic_ms();

    if (execution->state != EXECUTION_GOING)
        return false;
    if (!execution->db && now >= execution->connect_at)
        reconnect(execution);
    if (execution->db)
        hear(execution);
    if (execution->db && now >= execution->renew_at)
        renew(execution, now);
    if (execution->state == EXECUTION_GOING && now >= execution->lease_until)
        execution->state = EXECUTION_ORPHANED;
    if (execution->state == EXECUTION_GOING && now >= execution->deadline_at)
        execution->state = EXECUTION_TIMED_OUT;
    return execution->state == EXECUTION_GOING;
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

enum outcome execution_publish(const struct execution *execution, const char *message, size_t length)
{
    char channel[CHANNEL_SIZE];

    if (!execution->facts[FACT_ROOM])
        return OUTCOME_OK;
    return publish(execution->config->nchan_socket, channel_name(channel, "r_", execution->facts[FACT_ROOM]), message,
                   length);
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

void execution_finish(struct execution *execution, const char *state, const char *reason, struct json_object *result,
                      struct json_object *usage)
{
    enum outcome outcome = OUTCOME_AWAY;

    apply_state(execution, &state, &reason);
    const char *values[] = {execution->id,
                            execution->fence,
                            state,
                            reason,
                            json_object_to_json_string(result),
                            json_object_to_json_string(usage)};

    while (execution->state != EXECUTION_ORPHANED && clock_monotonic_ms() < execution->lease_until) {
        if (!execution->db)
            reconnect(execution);
        outcome = execution_do(execution, &query_run_finish, values);
        if (outcome != OUTCOME_AWAY && outcome != OUTCOME_BUSY)
            break;
        poll(NULL, 0, 250);
    }
    if (outcome == OUTCOME_OK && db_rows(execution->db) > 0) {
        announce(execution->config, execution->db);
        log_info("%s: %s", state, reason ? reason : "done");
    } else {
        log_warn("the run could not be ended (%s): its lease will end it", outcome_name(outcome));
    }
    json_object_put(result);
    json_object_put(usage);
}

/* Takes the run's facts; false when it is no longer ours. */
static bool take(struct execution *execution)
{
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    reconnect(execution);
    enum outcome outcome = execution_do(execution, &query_run_take, DB_VALUES(execution->id, execution->fence, pid));
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

static void run_kind(struct execution *execution)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, execution_fact(execution, FACT_KIND)) == 0) {
            kinds[i].run(execution);
            return;
        }
    }
    execution_finish(execution, "failed", "This runner does not know this kind of run.", json_object_new_object(),
                     json_object_new_object());
}

int execute(const struct config *config, const char *id, const char *fence)
{
    struct execution execution = {.config = config, .state = EXECUTION_GOING};
    int64_t now = clock_monotonic_ms();
    bool taken;

    snprintf(execution.id, sizeof execution.id, "%s", id);
    snprintf(execution.fence, sizeof execution.fence, "%s", fence);
    log_set_context(execution.id);
    execution.lease_until = now + LEASE_MS;
    execution.renew_at = now + RENEW_MS;
    taken = take(&execution);
    if (taken) {
        long seconds = execution_number(&execution, FACT_RUN_SECONDS, 60);

        execution.deadline_at = now + seconds * 1000;
        alarm((unsigned)seconds + 60); /* should the loop itself ever hang */
        execution_publish(&execution, execution_fact(&execution, FACT_FRAME),
                          strlen(execution_fact(&execution, FACT_FRAME)));
        run_kind(&execution);
    }
    for (int fact = 0; fact < FACT_COUNT; fact++)
        free(execution.facts[fact]);
    db_close(execution.db);
    return taken ? 0 : 1;
}
