#include "cron/run/execution.h"

#include "base/log.h"
#include "base/number.h"
#include "cron/run/lease.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASK_AGAIN_MS 250

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
        lease_disconnect(execution);
    else if (outcome != OUTCOME_OK && outcome != OUTCOME_ABSENT)
        log_warn("a statement failed: %s: %s", outcome_name(outcome), db_failure(execution->db)->message);
    return outcome;
}

enum outcome execution_ask(struct execution *execution, const struct db_statement *statement,
                           const char *const values[])
{
    enum outcome outcome;

    do
        outcome = execution_do(execution, statement, values);
    while (outcome_passes(outcome) && lease_wait(execution, ASK_AGAIN_MS));
    return outcome;
}

int execution_socket(const struct execution *execution)
{
    return execution->db ? db_socket(execution->db) : -1;
}

enum outcome execution_publish(struct execution *execution, const char *message, size_t length)
{
    char channel[CHANNEL_SIZE];

    if (!execution->facts.room)
        return OUTCOME_OK;
    push_renew(&execution->push);
    return publish(&execution->push, channel_name(channel, "r_", execution->facts.room), message, length);
}

void execution_note_quota(struct execution *execution, const char *most)
{
    long long bytes = INT64_MAX;

    if (most && number_parse(most, 0, INT64_MAX, &bytes) != OUTCOME_OK)
        bytes = 0;
    execution->output_most = bytes;
}

void execution_tell(struct execution *execution)
{
    const char *frame = execution->facts.frame;

    push_renew(&execution->push);
    publish(&execution->push, execution->facts.channels, frame, strlen(frame));
}

/* How it ends when the work did not come to its own end. */
static void apply_state(const struct execution *execution, const char **state, const char **reason)
{
    if (execution->state == EXECUTION_STOPPED) {
        *state = "cancelled";
        *reason = "Stopped.";
    } else if (execution->state == EXECUTION_TIMED_OUT) {
        *state = "timed_out";
        *reason = "The run exceeded its time limit.";
    }
}

/* Asks until the database answers, or the lease ends. */
static enum outcome insist(struct execution *execution, void (*queue)(void *context, struct db *db), void *context)
{
    enum outcome outcome = OUTCOME_AWAY;

    while (lease_lasts(execution)) {
        lease_connect(execution);
        if (execution->db) {
            queue(context, execution->db);
            outcome = execution_run(execution);
        }
        if (!outcome_passes(outcome))
            break;
        poll(NULL, 0, ASK_AGAIN_MS);
    }
    return outcome;
}

bool execution_conclude(struct execution *execution, void (*queue)(void *context, struct db *db), void *context)
{
    enum outcome outcome = insist(execution, queue, context);

    if (outcome == OUTCOME_OK && db_rows(execution->db) > 0)
        return true;
    log_warn("the run could not be ended (%s) and ends when its lease expires", outcome_name(outcome));
    return false;
}

struct question {
    const struct db_statement *statement;
    const char *const *values;
};

static void queue_question(void *context, struct db *db)
{
    const struct question *question = context;

    db_queue(db, question->statement, question->values);
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
    struct question finish = {&query_run_finish, values};

    if (execution_conclude(execution, queue_question, &finish)) {
        announce(&execution->push, execution->db);
        log_info("%s: %s", state, reason ? reason : "done");
    }
    json_object_put(result);
    json_object_put(usage);
}

/* Takes the run's facts; false when it is no longer ours. Asking again after a lost connection or a lock is no second
 * start: the work has not begun. */
static bool take_run(struct execution *execution, const struct db_statement *statement)
{
    char pid[16];
    struct question take = {statement, DB_VALUES(execution->id, execution->fence, pid)};
    enum outcome outcome;

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    outcome = insist(execution, queue_question, &take);
    if (outcome != OUTCOME_OK) {
        log_warn("the run could not be claimed: %s", outcome_name(outcome));
        return false;
    }
    facts_copy(&execution->row, execution->db);
    facts_read_shared(&execution->facts, &execution->row);
    return true;
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
    snprintf(execution->id, sizeof execution->id, "%s", claimed->id);
    snprintf(execution->fence, sizeof execution->fence, "%s", claimed->fence);
    log_set_context(execution->id);
    push_open(&execution->push, execution->config->nchan_socket, NULL);
    execution->lent_prepared = execution->lent ? db_prepared(execution->lent) : 0;
    lease_open(execution);
}

enum executor_status execute(const struct config *config, const struct claimed *claimed, struct db *lent,
                             const struct text *filter)
{
    struct execution execution = {
        .config = config, .filter = filter, .state = EXECUTION_GOING, .db = lent, .lent = lent};

    open_execution(&execution, claimed);
    if (take_run(&execution, claimed->kind->take)) {
        lease_limit(&execution, claimed->kind->limit_seconds);
        claimed->kind->run(&execution);
    }
    facts_free(&execution.row);
    if (can_give_back(&execution))
        return EXECUTOR_CLEAN;
    db_close(execution.db);
    return EXECUTOR_DONE;
}

static enum outcome prepare_kind(struct db *db, const struct run_kind *kind)
{
    const struct db_statement *const take[] = {kind->take, NULL};
    enum outcome outcome = db_prepare(db, take);

    return outcome == OUTCOME_OK ? db_prepare(db, kind->statements) : outcome;
}

enum outcome execution_warm(struct db *db)
{
    static const struct db_statement *const shared[] = {&query_run_renew, &query_run_loosely, &query_run_finish, NULL};
    enum outcome outcome = db_prepare(db, shared);

    for (const struct run_kind *const *kind = run_kinds; *kind && outcome == OUTCOME_OK; kind++)
        outcome = prepare_kind(db, *kind);
    for (const struct run_kind *const *kind = run_kinds; *kind && outcome == OUTCOME_OK; kind++)
        if ((*kind)->plan) {
            (*kind)->plan(db);
            outcome = db_run(db);
            outcome = outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
        }
    return outcome;
}
