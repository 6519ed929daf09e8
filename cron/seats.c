#include "cron/seats.h"

#include "base/libraries.h"
#include "base/log.h"
#include "cron/execute.h"
#include "cron/sandbox.h"
#include "cron/slim.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATEMENT_MS 10000
#define READY 4 /* so many are made before anybody has missed one */
#define SPARE 8 /* executors that have told their run's end still hold their seats for some milliseconds */

void seats_open(struct seats *seats, const struct config *config)
{
    *seats = (struct seats){.config = config, .most = (size_t)config->executor_limit + SPARE, .missed = READY};
    seats->seats = calloc(seats->most, sizeof *seats->seats);
    if (!seats->seats)
        abort();
    if (sandbox_prepare(&seats->filter) != OUTCOME_OK)
        log_warn("the filter of system calls could not be prepared: each sandbox makes its own");
    slim_executors();
}

static void give_up(struct seats *seats, struct seat *seat)
{
    *seat = seats->seats[--seats->count];
}

void seats_drop(struct seats *seats)
{
    for (size_t i = seats->count; i-- > 0;) {
        if (seats->seats[i].executor == 0) {
            db_close(seats->seats[i].db);
            give_up(seats, &seats->seats[i]);
        }
    }
}

void seats_close(struct seats *seats)
{
    seats_reap(seats);
    seats_drop(seats);
    for (size_t i = 0; i < seats->count; i++)
        db_abandon(seats->seats[i].db);
    free(seats->seats);
    text_free(&seats->filter);
}

/* The last that came back: its server process has everything in its caches. */
static struct seat *free_seat(struct seats *seats)
{
    for (size_t i = seats->count; i-- > 0;)
        if (seats->seats[i].executor == 0)
            return &seats->seats[i];
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
static pid_t fork_with(const struct seats *seats, struct db *own, const struct seat *mine, bool slim)
{
    pid_t child = slim ? libraries_fork() : fork_whole();

    if (child != 0)
        return child;
    setsid();
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (own)
        db_forget(own);
    for (size_t i = 0; i < seats->count; i++)
        if (&seats->seats[i] != mine)
            db_forget(seats->seats[i].db);
    return 0;
}

pid_t seats_fork(const struct seats *seats, struct db *own)
{
    return fork_with(seats, own, NULL, false);
}

enum outcome seats_start(struct seats *seats, struct db *own, const struct claimed *claimed)
{
    struct seat *seat = free_seat(seats);
    pid_t executor = fork_with(seats, own, seat, strcmp(claimed->kind, "script") == 0);

    if (executor == 0)
        _exit((int)execute(seats->config, claimed, seat ? seat->db : NULL, &seats->filter));
    if (executor < 0)
        return OUTCOME_FAILED;
    if (seat)
        seat->executor = executor;
    else
        seats->missed++;
    return OUTCOME_OK;
}

void seats_reap(struct seats *seats)
{
    int status;
    pid_t ended;

    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < seats->count; i++) {
            struct seat *seat = &seats->seats[i];

            if (seat->executor != ended)
                continue;
            seat->executor = 0;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != EXECUTOR_CLEAN) {
                db_abandon(seat->db);
                give_up(seats, seat);
            }
            break;
        }
    }
}

void seats_prepare(struct seats *seats)
{
    struct text why = TEXT_EMPTY;
    struct db *db = NULL;

    if (seats->missed == 0 || seats->count == seats->most)
        return;
    seats->missed--;
    if (db_open(&db, seats->config->database_url, DB_PREPARE_USED, STATEMENT_MS, &why) == OUTCOME_OK &&
        execution_warm(db) == OUTCOME_OK) {
        seats->seats[seats->count++] = (struct seat){db, 0};
    } else {
        log_warn("no connection for executors: %s", text_string(&why));
        db_close(db);
    }
    text_free(&why);
}
