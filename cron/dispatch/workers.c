#include "cron/dispatch/workers.h"

#include "base/libraries.h"
#include "base/log.h"
#include "cron/run/execution.h"
#include "cron/run/slim.h"
#include "cron/sandbox/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATEMENT_MS 10000
#define READY 4 /* so many are made before anybody has missed one */
#define SPARE 8 /* executors that have told their run's end still hold their slots for some milliseconds */

void workers_open(struct workers *workers, const struct config *config)
{
    *workers = (struct workers){.config = config, .most = 2 * (size_t)config->executor_limit + SPARE, .missed = READY};
    workers->slots = calloc(workers->most, sizeof *workers->slots);
    if (!workers->slots)
        abort();
    if (sandbox_prepare(&workers->filter) != OUTCOME_OK)
        log_warn("the system call filter could not be prepared; each sandbox builds its own");
    slim_executors();
}

static void give_up(struct workers *workers, struct worker_slot *slot)
{
    *slot = workers->slots[--workers->count];
}

void workers_drop(struct workers *workers)
{
    for (size_t i = workers->count; i-- > 0;) {
        if (workers->slots[i].executor == 0) {
            db_close(workers->slots[i].db);
            give_up(workers, &workers->slots[i]);
        }
    }
}

void workers_close(struct workers *workers)
{
    workers_reap(workers);
    workers_drop(workers);
    for (size_t i = 0; i < workers->count; i++)
        db_abandon(workers->slots[i].db);
    free(workers->slots);
    text_free(&workers->filter);
}

/* The last that came back: its server process has everything in its caches. */
static struct worker_slot *free_slot(struct workers *workers)
{
    for (size_t i = workers->count; i-- > 0;)
        if (workers->slots[i].executor == 0)
            return &workers->slots[i];
    return NULL;
}

/* The child inherits all libraries. */
static pid_t fork_whole(void)
{
    slim_nothing();
    pid_t child = fork();

    if (child != 0)
        slim_executors();
    return child;
}

/* The child must not look like its dispatcher to anybody: own session and process group, default signals, and no
 * connection but mine. */
static pid_t fork_with(const struct workers *workers, struct db *own, const struct worker_slot *mine, bool slim)
{
    pid_t child = slim ? libraries_fork() : fork_whole();

    if (child != 0)
        return child;
    setsid();
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (own)
        db_forget(own);
    for (size_t i = 0; i < workers->count; i++)
        if (&workers->slots[i] != mine)
            db_forget(workers->slots[i].db);
    return 0;
}

pid_t workers_fork(const struct workers *workers, struct db *own)
{
    return fork_with(workers, own, NULL, false);
}

static size_t count_lent(const struct workers *workers)
{
    size_t count = 0;

    for (size_t i = 0; i < workers->count; i++)
        count += workers->slots[i].executor != 0;
    return count;
}

enum outcome workers_start(struct workers *workers, struct db *own, const struct claimed *claimed)
{
    struct worker_slot *slot = free_slot(workers);
    pid_t executor = fork_with(workers, own, slot, claimed->kind->slim);

    if (executor == 0)
        _exit((int)execute(workers->config, claimed, slot ? slot->db : NULL, &workers->filter));
    if (executor < 0)
        return OUTCOME_FAILED;
    if (slot)
        slot->executor = executor;
    else
        workers->missed++;
    if (slot && count_lent(workers) > workers->peak)
        workers->peak = count_lent(workers);
    return OUTCOME_OK;
}

void workers_reap(struct workers *workers)
{
    int status;
    pid_t ended;

    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < workers->count; i++) {
            struct worker_slot *slot = &workers->slots[i];

            if (slot->executor != ended)
                continue;
            slot->executor = 0;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != EXECUTOR_CLEAN) {
                db_abandon(slot->db);
                give_up(workers, slot);
            }
            break;
        }
    }
}

void workers_thin(struct workers *workers)
{
    size_t enough = workers->peak > READY ? workers->peak : READY;

    for (size_t i = workers->count; i-- > 0 && workers->count > enough;) {
        if (workers->slots[i].executor == 0) {
            db_close(workers->slots[i].db);
            give_up(workers, &workers->slots[i]);
        }
    }
    workers->peak = count_lent(workers);
}

bool workers_prepare(struct workers *workers)
{
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;

    if (workers->missed == 0 || workers->count == workers->most)
        return false;
    workers->missed--;
    if (db_open(&db, workers->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why) == OUTCOME_OK &&
        execution_warm(db) == OUTCOME_OK) {
        workers->slots[workers->count++] = (struct worker_slot){db, 0};
    } else {
        log_warn("no connection for executors: %s", text_string(&why));
        db_close(db);
    }
    text_free(&why);
    return workers->missed > 0;
}
