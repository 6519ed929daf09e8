#include "cron/dispatch/dispatch.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "cron/chores/process.h"
#include "cron/dispatch/claim.h"
#include "cron/dispatch/leader.h"
#include "cron/dispatch/origin.h"
#include "cron/dispatch/register.h"
#include "cron/dispatch/workers.h"
#include "queries.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define STATEMENT_MS 10000
#define QUEUE_MS 1000   /* between two looks at the clock and the files while another leads */
#define PREPARE_MS 50   /* the same while connections are still to be made */
#define ALONE_MS 120000 /* without a successor it serves so much longer: cron comes each minute */
#define REGISTER_MS 60000
#define PACE 2 /* times what a claim took has to pass before the next, where there is much to do */
#define PACE_MOST_MS 20
#define SLOW_MS 5
#define REPLAN_MS 1000
#define WAIT_MS 1000   /* the longest sleep, and between two looks at a queue that is not empty */
#define IDLE_MS 5000   /* the same while nothing is queued: what comes is notified */
#define FILES_MS 1000  /* between two looks at the program and the settings */
#define CHORES_MS 2000 /* between two starts of their process */
#define BACKOFF_MOST_MS 2000

struct dispatcher {
    const struct dispatch *order;
    struct db *db; /* NULL while PostgreSQL is away */
    struct workers workers;
    struct leader leader;
    int64_t files_at; /* when to look at the files of its origin again */
    char host[256];
    char *labels;        /* as an array of PostgreSQL */
    int64_t register_at; /* when to tell again what this host can do */
    pid_t chores;        /* their process */
    int64_t chores_at;   /* it is not started before */
    int64_t end_at;      /* monotonic ms: the end of its time */
    int64_t connect_at;  /* not before */
    int64_t claim_at;    /* not before, unless nothing has happened for a while */
    int64_t look_at;     /* when to claim though nothing has been heard */
    int64_t replan_at;   /* not before */
    bool listening;
    bool outdated;  /* the database does not have the functions of this version: there is nothing to do here */
    int64_t due_at; /* when the next run is due that is not yet, or INT64_MAX */
    int64_t ask_at; /* when to ask for that again */
    int64_t backoff_ms;
};

/* Its time is over, at the latest now, when its program or its settings are others: the successor has them. */
static bool is_late(struct dispatcher *dispatcher, int64_t now)
{
    if (now >= dispatcher->files_at && now < dispatcher->end_at) {
        dispatcher->files_at = now + FILES_MS;
        if (origin_has_changed(dispatcher->order->origin)) {
            log_info("the program or the settings have changed; another instance takes over");
            dispatcher->end_at = now;
        }
    }
    return now >= dispatcher->end_at;
}

/* Over when its time is and a successor waits; without one (cron is late, or was switched off) somewhat later. */
static bool is_over(struct dispatcher *dispatcher, int64_t now)
{
    if (*dispatcher->order->stopped || dispatcher->outdated)
        return true;
    return is_late(dispatcher, now) && (leader_is_awaited(&dispatcher->leader) || now >= dispatcher->end_at + ALONE_MS);
}

static void disconnect(struct dispatcher *dispatcher)
{
    db_close(dispatcher->db);
    dispatcher->db = NULL;
    workers_drop(&dispatcher->workers);
    dispatcher->connect_at = clock_monotonic_ms() + dispatcher->backoff_ms;
    dispatcher->backoff_ms =
        dispatcher->backoff_ms * 2 < BACKOFF_MOST_MS ? dispatcher->backoff_ms * 2 : BACKOFF_MOST_MS;
}

static void connect_database(struct dispatcher *dispatcher)
{
    struct text why = TEXT_EMPTY;
    enum outcome outcome =
        db_open(&dispatcher->db, dispatcher->order->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why);

    dispatcher->listening = false;
    dispatcher->outdated = outcome == OUTCOME_CONFLICT;
    if (outcome != OUTCOME_OK) {
        log_warn("%s%s", dispatcher->outdated ? "" : "the database cannot be reached: ", text_string(&why));
        disconnect(dispatcher);
    } else {
        dispatcher->backoff_ms = 100;
    }
    text_free(&why);
}

/* Before the first claim, so that nothing is queued unheard between the two; and not while it waits for the lead, since
 * the server tells each listener of everything. */
static void listen(struct dispatcher *dispatcher)
{
    dispatcher->listening = db_do(dispatcher->db, &query_runner_serves, DB_NO_VALUES) == OUTCOME_OK &&
                            db_listen(dispatcher->db, "run_queued") == OUTCOME_OK;
    dispatcher->ask_at = dispatcher->look_at = 0;
    if (!dispatcher->listening)
        disconnect(dispatcher);
}

/* When the next queued run is due that is not yet: asked for when some run was queued, and else now and then. Where
 * none is queued, there is nothing to look for until one is. */
static void ask_for_next_due(struct dispatcher *dispatcher, int64_t now)
{
    struct db *db = dispatcher->db;
    long long due;

    if (now < dispatcher->ask_at)
        return;
    dispatcher->ask_at = now + WAIT_MS;
    dispatcher->due_at = INT64_MAX;
    if (db_do(db, &query_run_next_due, DB_NO_VALUES) != OUTCOME_OK)
        return;
    if (db_value(db, 0, 1)[0] == 'f')
        dispatcher->ask_at = dispatcher->look_at = now + IDLE_MS;
    else if (db_value(db, 0, 0) && number_parse(db_value(db, 0, 0), 0, WAIT_MS, &due) == OUTCOME_OK)
        dispatcher->due_at = now + due + 1;
}

/* How long nothing will be due, at most until is asked again anyway. */
static int64_t pause_ms(struct dispatcher *dispatcher, int64_t now)
{
    int64_t pause = WAIT_MS;

    ask_for_next_due(dispatcher, now);
    if (dispatcher->due_at - now < pause)
        pause = dispatcher->due_at > now ? dispatcher->due_at - now : 0;
    if (now < dispatcher->end_at && dispatcher->end_at - now < pause)
        pause = dispatcher->end_at - now;
    if (now >= dispatcher->end_at)
        pause = pause < 50 ? pause : 50;
    return pause;
}

/* A run that has ended names none: a place is free, but nothing is due that was not. */
static enum outcome hear(struct dispatcher *dispatcher, int64_t ms)
{
    const char *channel;
    const char *payload;
    enum outcome outcome = db_notification(dispatcher->db, (int)ms, &channel, &payload);

    if (outcome == OUTCOME_OK)
        dispatcher->look_at = 0;
    if (outcome == OUTCOME_OK && *payload)
        dispatcher->ask_at = 0;
    return outcome;
}

/* Sleeps until a run is queued or something is due; what came together is taken together, and what comes soon after a
 * claim waits a moment for company: where the processors are busy with runs that end by the hundred each second, a
 * claim takes long, and then one takes several. */
static enum outcome wait_for_work(struct dispatcher *dispatcher)
{
    enum outcome outcome = hear(dispatcher, pause_ms(dispatcher, clock_monotonic_ms()));
    int64_t early = dispatcher->claim_at - clock_monotonic_ms();

    if (outcome == OUTCOME_OK && early > 0)
        poll(NULL, 0, (int)early);
    while (outcome == OUTCOME_OK)
        outcome = hear(dispatcher, 0);
    if (clock_monotonic_ms() >= dispatcher->due_at)
        dispatcher->ask_at = dispatcher->look_at = 0;
    return outcome == OUTCOME_ABSENT ? OUTCOME_OK : outcome;
}

/* In a process of its own, because looking takes seconds. */
static void introduce(struct dispatcher *dispatcher)
{
    int64_t now = clock_monotonic_ms();

    if (now < dispatcher->register_at)
        return;
    dispatcher->register_at = now + REGISTER_MS;
    workers_thin(&dispatcher->workers);
    if (workers_fork(&dispatcher->workers, dispatcher->db) == 0)
        _exit(register_runner(dispatcher->order->config, dispatcher->host, dispatcher->labels));
}

/* They have a process of their own, so that none of them delays a claim; another one when it has died. workers_reap may
 * have buried it already. */
static void tend_chores(struct dispatcher *dispatcher)
{
    int64_t now = clock_monotonic_ms();
    pid_t self = getpid();

    if (dispatcher->chores > 0 && waitpid(dispatcher->chores, NULL, WNOHANG) == 0)
        return;
    if (dispatcher->chores > 0)
        log_warn("the chore process has exited");
    dispatcher->chores = 0;
    if (now < dispatcher->chores_at)
        return;
    dispatcher->chores_at = now + CHORES_MS;
    dispatcher->chores = workers_fork(&dispatcher->workers, dispatcher->db);
    if (dispatcher->chores == 0)
        _exit(chores_serve(dispatcher->order->config, dispatcher->host, self));
}

static enum outcome claim(struct dispatcher *dispatcher)
{
    int64_t begun = clock_monotonic_ms();
    enum outcome outcome = claim_all(dispatcher->order->config, dispatcher->db, &dispatcher->workers, dispatcher->host,
                                     dispatcher->labels);
    int64_t now = clock_monotonic_ms();

    dispatcher->claim_at = now + ((now - begun) * PACE < PACE_MOST_MS ? (now - begun) * PACE : PACE_MOST_MS);
    dispatcher->look_at = now + WAIT_MS;
    return outcome;
}

/* Slow statements can use plans that were made when the tables were smaller. */
static enum outcome replan_when_slow(struct dispatcher *dispatcher, int64_t begun)
{
    int64_t now = clock_monotonic_ms();

    if (now - begun < SLOW_MS || now < dispatcher->replan_at)
        return OUTCOME_OK;
    dispatcher->replan_at = now + REPLAN_MS;
    return db_replan(dispatcher->db);
}

static enum outcome work(struct dispatcher *dispatcher)
{
    int64_t begun = clock_monotonic_ms();
    enum outcome outcome = OUTCOME_OK;

    workers_reap(&dispatcher->workers);
    if (begun >= dispatcher->look_at) {
        outcome = claim(dispatcher);
        if (outcome == OUTCOME_OK)
            outcome = replan_when_slow(dispatcher, begun);
    }
    workers_reap(&dispatcher->workers);
    workers_prepare(&dispatcher->workers);
    introduce(dispatcher);
    return outcome;
}

static void serve(struct dispatcher *dispatcher)
{
    while (!is_over(dispatcher, clock_monotonic_ms())) {
        int64_t wait = dispatcher->connect_at - clock_monotonic_ms();

        tend_chores(dispatcher);
        if (!dispatcher->db && wait > 0) {
            poll(NULL, 0, wait < 100 ? (int)wait : 100);
            continue;
        }
        if (!dispatcher->db)
            connect_database(dispatcher);
        if (dispatcher->db && !dispatcher->listening)
            listen(dispatcher);
        if (dispatcher->db && (work(dispatcher) == OUTCOME_AWAY || wait_for_work(dispatcher) == OUTCOME_AWAY)) {
            log_warn("the connection to the database was lost");
            disconnect(dispatcher);
        }
    }
}

/* The place beside the instance at work. CONFLICT, at no great cost, when it is taken: cron comes each minute. */
static enum outcome queue_for_lead(struct dispatcher *dispatcher)
{
    enum outcome outcome = leader_open(&dispatcher->leader, dispatcher->order->config->runner_lock);

    if (outcome == OUTCOME_OK)
        outcome = leader_queue(&dispatcher->leader);
    if (outcome != OUTCOME_OK)
        leader_close(&dispatcher->leader);
    return outcome;
}

/* Waits beside the instance at work; false when its own time is over before. */
static bool take_lead(struct dispatcher *dispatcher)
{
    int ms = PREPARE_MS;

    while (leader_take(&dispatcher->leader, ms) != OUTCOME_OK) {
        if (*dispatcher->order->stopped || dispatcher->outdated || is_late(dispatcher, clock_monotonic_ms()))
            return false;
        if (dispatcher->db)
            ms = workers_prepare(&dispatcher->workers) ? PREPARE_MS : QUEUE_MS;
    }
    return true;
}

static int serve_once(struct dispatcher *dispatcher)
{
    return dispatcher->db && work(dispatcher) == OUTCOME_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool dispatch_is_needed(const struct dispatch *dispatch)
{
    struct leader leader;
    bool needed = leader_open(&leader, dispatch->config->runner_lock) != OUTCOME_OK || !leader_is_awaited(&leader);

    leader_close(&leader);
    return needed;
}

int dispatch_serve(const struct dispatch *dispatch)
{
    struct dispatcher dispatcher = {.order = dispatch, .leader = {-1}, .backoff_ms = 100};
    int status = EXIT_SUCCESS;
    enum outcome outcome = OUTCOME_OK;

    gethostname(dispatcher.host, sizeof dispatcher.host - 1);
    if (!dispatch->once)
        outcome = queue_for_lead(&dispatcher);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_CONFLICT ? EXIT_SUCCESS : EXIT_FAILURE;
    workers_open(&dispatcher.workers, dispatch->config);
    dispatcher.labels = register_labels(dispatch->config);
    dispatcher.end_at = clock_monotonic_ms() + (int64_t)dispatch->seconds * 1000;
    connect_database(&dispatcher);
    if (dispatch->once)
        status = serve_once(&dispatcher);
    else if (take_lead(&dispatcher))
        serve(&dispatcher);
    if (dispatcher.outdated)
        status = EX_CONFIG;
    leader_close(&dispatcher.leader);
    workers_close(&dispatcher.workers);
    db_close(dispatcher.db);
    free(dispatcher.labels);
    return status;
}
