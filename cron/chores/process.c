#include "cron/chores/process.h"

#include "base/clock.h"
#include "base/log.h"
#include "cron/chores/scheduler.h"
#include "queries.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define STATEMENT_MS 30000 /* longer than a dispatcher's: a step of a clean-up may meet a cold cache */
#define LOCK_MS "1000"     /* for one of each second must not wait for it */
#define TICK_MS 1000
#define BACKOFF_MS 500

/* The signals that end it are awaited, so that none comes between the removal of a session and the end of its sockets.
 */
static void take_signals(sigset_t *ends, pid_t dispatcher)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    sigprocmask(SIG_BLOCK, ends, NULL);
    prctl(PR_SET_NAME, "coagent-chores");
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != dispatcher)
        raise(SIGTERM);
}

/* Sleeps; true when it is to end. */
static bool is_ended(const sigset_t *ends, int64_t ms)
{
    const struct timespec pause = {.tv_sec = ms > 0 ? ms / 1000 : 0, .tv_nsec = ms > 0 ? ms % 1000 * 1000000 : 0};

    return sigtimedwait(ends, NULL, &pause) > 0;
}

static enum outcome connect_database(struct scheduler *scheduler)
{
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;
    enum outcome outcome = db_open(&db, scheduler->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why);

    if (outcome == OUTCOME_OK)
        outcome = db_do(db, &query_chores_wait, DB_VALUES(LOCK_MS));
    if (outcome != OUTCOME_OK)
        log_warn("chores cannot run: %s: %s", outcome_name(outcome), text_string(&why));
    if (outcome != OUTCOME_OK) {
        db_close(db);
        db = NULL;
    }
    scheduler_connect(scheduler, db);
    text_free(&why);
    return outcome;
}

static void disconnect(struct scheduler *scheduler)
{
    log_warn("the chores have lost the connection to the database");
    db_close(scheduler->db);
    scheduler_connect(scheduler, NULL);
}

/* How long until there is something to do; -1: the database does not have the functions of this version. */
static int64_t work(struct scheduler *scheduler)
{
    int64_t next = clock_monotonic_ms() + TICK_MS;
    enum outcome outcome = scheduler->db ? OUTCOME_OK : connect_database(scheduler);

    if (outcome == OUTCOME_CONFLICT)
        return -1;
    if (outcome != OUTCOME_OK)
        return BACKOFF_MS;
    if (scheduler_tick(scheduler) != OUTCOME_AWAY)
        return next > clock_monotonic_ms() ? next - clock_monotonic_ms() : 0;
    disconnect(scheduler);
    return BACKOFF_MS;
}

int chores_serve(const struct config *config, const char *host, pid_t dispatcher)
{
    struct scheduler scheduler;
    int64_t pause = 0;
    sigset_t ends;

    take_signals(&ends, dispatcher);
    scheduler_open(&scheduler, config, all_chores, host);
    while (pause >= 0 && !is_ended(&ends, pause))
        pause = work(&scheduler);
    db_close(scheduler.db);
    scheduler_close(&scheduler);
    return pause < 0 ? EX_CONFIG : EXIT_SUCCESS;
}
