#include "base/clock.h"
#include "db/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

/* One command outside the pipeline: LISTEN and DISCARD take no parameters, and a migration is many statements. */
static enum outcome execute(struct db *db, const char *command)
{
    PGresult *result = PQexec(db->connection, command);
    ExecStatusType status = PQresultStatus(result);
    enum outcome outcome = OUTCOME_OK;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        outcome = db_fail(db, result, NULL);
    PQclear(result);
    return outcome;
}

enum outcome db_listen(struct db *db, const char *channel)
{
    struct text command = TEXT_EMPTY;
    char *quoted = PQescapeIdentifier(db->connection, channel, strlen(channel));
    enum outcome outcome;

    if (!quoted)
        return db_fail(db, NULL, NULL);
    text_add(&command, "listen ");
    text_add(&command, quoted);
    outcome = execute(db, text_string(&command));
    PQfreemem(quoted);
    text_free(&command);
    return outcome;
}

enum outcome db_unlisten(struct db *db)
{
    enum outcome outcome = execute(db, "unlisten *");
    PGnotify *late;

    while ((late = PQnotifies(db->connection)))
        PQfreemem(late);
    return outcome;
}

enum outcome db_replan(struct db *db)
{
    return execute(db, "discard plans");
}

/* Waits for bytes from the server. OK also when a signal came: the caller looks at the clock anyway. */
static enum outcome wait_readable(struct db *db, int64_t ms)
{
    struct pollfd ready = {PQsocket(db->connection), POLLIN, 0};
    int n = poll(&ready, 1, ms < 0 ? 0 : (int)ms);

    if (n < 0 && errno != EINTR)
        return OUTCOME_AWAY;
    return n > 0 ? OUTCOME_OK : OUTCOME_ABSENT;
}

enum outcome db_notification(struct db *db, int timeout_ms, const char **channel, const char **payload)
{
    int64_t deadline = clock_monotonic_ms() + timeout_ms;

    PQfreemem(db->notification);
    while (!(db->notification = PQnotifies(db->connection))) {
        if (wait_readable(db, deadline - clock_monotonic_ms()) == OUTCOME_ABSENT)
            return OUTCOME_ABSENT;
        if (!PQconsumeInput(db->connection) || PQstatus(db->connection) != CONNECTION_OK)
            return db_fail(db, NULL, NULL);
    }
    *channel = db->notification->relname;
    *payload = db->notification->extra;
    return OUTCOME_OK;
}

/* Several statements in one message are one transaction for the server. */
enum outcome db_script(struct db *db, const char *script)
{
    enum outcome outcome;

    if (db->held && !db->begun) {
        outcome = execute(db, "begin");
        if (outcome != OUTCOME_OK)
            return outcome;
        db->begun = true;
    }
    outcome = execute(db, script);
    if (outcome != OUTCOME_OK && db->begun)
        db_rollback(db);
    return outcome;
}
