#include "cron/claim.h"

#include "base/log.h"
#include "cron/execute.h"
#include "queries.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KINDS "{agent,housekeeping}"
#define RUNS_OF_A_USER "8" /* at once */

/* The executor must not look like its dispatcher to anybody: own session, own process group, default signals, and not
 * a byte on the dispatcher's connection. */
static void become_executor(const struct config *config, struct db *db, const char *id, const char *fence)
{
    setsid();
    if (fork() != 0)
        _exit(0);
    setpgid(0, 0);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    db_forget(db);
    _exit(execute(config, id, fence));
}

/* Forked twice, so that init inherits the executor and nobody has to wait for it. */
static enum outcome start(const struct config *config, struct db *db, const char *id, const char *fence)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        become_executor(config, db, id, fence);
    if (child < 0)
        return OUTCOME_FAILED;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return OUTCOME_OK;
}

enum outcome claim_all(const struct config *config, struct db *db, const char *host)
{
    enum outcome outcome;
    char limit[16];
    char id[UUID_SIZE];
    char fence[16];

    snprintf(limit, sizeof limit, "%d", config->executor_limit);
    while ((outcome = db_do(db, &query_run_claim, DB_VALUES(host, limit, KINDS, RUNS_OF_A_USER))) == OUTCOME_OK) {
        snprintf(id, sizeof id, "%s", db_value(db, 0, 0));
        snprintf(fence, sizeof fence, "%s", db_value(db, 0, 1));
        log_info("run %s claimed, attempt %s", id, fence);
        if (start(config, db, id, fence) != OUTCOME_OK) {
            log_error("no executor could be started: %s", strerror(errno));
            return db_do(db, &query_run_release, DB_VALUES(id, fence));
        }
    }
    if (outcome == OUTCOME_ABSENT)
        return OUTCOME_OK;
    log_warn("claiming: %s: %s", outcome_name(outcome), db_failure(db)->message);
    return outcome;
}
