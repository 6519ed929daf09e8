#include "cron/run/lease.h"

#include "base/clock.h"
#include "queries.h"

#include <poll.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define LEASE_MS 20000 /* as the statements of sql/queries/runs.sql say */
#define RENEW_MS 5000
#define STATEMENT_MS 10000
#define DEAF_MS 200 /* most runs are over before it is worth to listen */
#define PATIENCE_MS 1000
#define ORPHAN_MS 800    /* to end the sandbox in good order, when the lease is lost */
#define GRACE_MS 60000LL /* to store and tell what was done, after the time is over */

/* The kernel ends the process when its lease has ended, or its time long since, whatever it does then: the signal of
 * the timer kills. The sandbox dies with it. */
static void set_alarm(const struct execution *execution)
{
    int64_t at = execution->lease_until + ORPHAN_MS;
    int64_t left;

    if (execution->deadline_at && execution->deadline_at + GRACE_MS < at)
        at = execution->deadline_at + GRACE_MS;
    left = at - clock_monotonic_ms();
    left = left > 0 ? left : 1;
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {left / 1000, left % 1000 * 1000}}, NULL);
}

void lease_open(struct execution *execution)
{
    int64_t now = clock_monotonic_ms();

    execution->lease_until = now + LEASE_MS;
    execution->renew_at = now + RENEW_MS;
    execution->listen_at = now + DEAF_MS;
    set_alarm(execution);
}

void lease_disconnect(struct execution *execution)
{
    db_close(execution->db);
    execution->db = NULL;
    execution->listening = false;
    execution->connect_at = clock_monotonic_ms() + 500;
}

/* The lease is renewed at once: it may be close to its end. */
void lease_connect(struct execution *execution)
{
    struct text why = TEXT_EMPTY;

    if (execution->db)
        return;
    if (db_open(&execution->db, execution->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why) != OUTCOME_OK)
        lease_disconnect(execution);
    else
        execution->renew_at = 0;
    execution->connects++;
    execution->lent = NULL;
    text_free(&why);
}

/* Whether it was stopped before it listened, renewing tells. */
static void listen_for_stop(struct execution *execution)
{
    if (db_listen(execution->db, "run_cancel") != OUTCOME_OK) {
        lease_disconnect(execution);
        return;
    }
    execution->listening = true;
    execution->renew_at = 0;
}

static void renew_lease(struct execution *execution, int64_t now)
{
    enum outcome outcome = execution_do(execution, &query_run_renew, DB_VALUES(execution->id, execution->fence));

    execution->renew_at = now + RENEW_MS;
    if (outcome == OUTCOME_ABSENT) {
        execution->state = EXECUTION_ORPHANED;
        execution->lease_until = now;
        set_alarm(execution);
    } else if (outcome == OUTCOME_OK) {
        execution->lease_until = now + LEASE_MS;
        set_alarm(execution);
        execution_note_quota(execution, db_value(execution->db, 0, 1));
        if (db_value(execution->db, 0, 0)[0] == 't' && execution->state == EXECUTION_GOING)
            execution->state = EXECUTION_STOPPED;
    }
}

static void hear_stop(struct execution *execution)
{
    const char *channel;
    const char *payload;
    enum outcome outcome;

    while ((outcome = db_notification(execution->db, 0, &channel, &payload)) == OUTCOME_OK)
        if (strcmp(payload, execution->id) == 0 && execution->state == EXECUTION_GOING)
            execution->state = EXECUTION_STOPPED;
    if (outcome == OUTCOME_AWAY)
        lease_disconnect(execution);
}

bool lease_tick(struct execution *execution)
{
    int64_t now = clock_monotonic_ms();

    if (execution->state == EXECUTION_ORPHANED)
        return false;
    if (!execution->db && now >= execution->connect_at)
        lease_connect(execution);
    if (execution->db && !execution->listening && now >= execution->listen_at)
        listen_for_stop(execution);
    if (execution->db && execution->listening)
        hear_stop(execution);
    if (execution->db && now >= execution->renew_at)
        renew_lease(execution, now);
    if (execution->state != EXECUTION_ORPHANED && clock_monotonic_ms() >= execution->lease_until)
        execution->state = EXECUTION_ORPHANED;
    if (execution->state == EXECUTION_GOING && now >= execution->deadline_at)
        execution->state = EXECUTION_TIMED_OUT;
    return execution->state == EXECUTION_GOING;
}

int lease_patience(const struct execution *execution)
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

void lease_limit(struct execution *execution, long seconds)
{
    execution->deadline_at = clock_monotonic_ms() + seconds * 1000;
    set_alarm(execution);
}

bool lease_wait(struct execution *execution, long ms)
{
    int64_t until = clock_monotonic_ms() + ms;
    int64_t left;

    while (lease_tick(execution) && (left = until - clock_monotonic_ms()) > 0) {
        struct pollfd wake = {execution_socket(execution), POLLIN, 0};

        poll(&wake, 1, left < 250 ? (int)left : 250);
    }
    return execution->state == EXECUTION_GOING;
}

bool lease_lasts(const struct execution *execution)
{
    return execution->state != EXECUTION_ORPHANED && clock_monotonic_ms() < execution->lease_until;
}
