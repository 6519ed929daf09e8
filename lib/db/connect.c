#include "base/clock.h"
#include "base/log.h"
#include "db/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_MS 10000
#define PREPARE_AT_ONCE 16 /* libpq keeps the largest buffers it ever needed, and each fork of a slot copies them */

/* The server's session, the same for every connection. JIT never pays for statements of milliseconds; each statement
 * has one plan for all values, the one that the tests have looked at, and one that still serves when a table that was
 * empty when it was made has filled: the planner would read an empty one from end to end. A transaction that its
 * process left behind must not hold locks for long. The name of the functions' schema in application_name keeps it from
 * being dropped. No startup options: PgBouncer refuses them. */
static const char settings[] =
    "select to_regnamespace($2) is not null, set_config('search_path', $3, false),"
    " set_config('application_name', 'coagent ' || $2, false),"
    " set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false),"
    " set_config('idle_in_transaction_session_timeout', $1, false), set_config('TimeZone', 'UTC', false),"
    " set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false),"
    " set_config('enable_seqscan', 'off', false),"
    " set_config('client_min_messages', 'warning', false)";

static void note(void *argument, const char *message)
{
    (void)argument;
    log_warn("database: %.*s", (int)strcspn(message, "\n"), message);
}

/* Later entries win over earlier ones, so the URL may say otherwise, except in what follows it. */
static PGconn *start(const char *url)
{
    const char *const keys[] = {"gssencmode", "dbname", "fallback_application_name", "client_encoding", NULL};
    const char *const values[] = {"disable", url, "coagent", "UTF8", NULL};

    return PQconnectStartParams(keys, values, 1);
}

enum outcome db_connect_start(struct db **made, const char *url, enum db_preparation preparation, int timeout_ms,
                              struct text *why)
{
    struct db *db = calloc(1, sizeof *db);

    *made = NULL;
    if (!db)
        abort();
    db->preparation = preparation;
    db->timeout_ms = timeout_ms;
    db->connection = start(url);
    if (!db->connection)
        abort();
    if (PQstatus(db->connection) == CONNECTION_BAD) {
        text_add(why, PQerrorMessage(db->connection));
        db_close(db);
        return OUTCOME_AWAY;
    }
    PQsetNoticeProcessor(db->connection, note, NULL);
    *made = db;
    return OUTCOME_OK;
}

static enum db_progress lose(struct db *db, enum outcome outcome, struct text *why, const char *sentence)
{
    text_add(why, sentence);
    db->phase = DB_PHASE_CLOSED;
    db->outcome = outcome;
    return DB_LOST;
}

/* The state of TLS or GSS lives in one process: after fork, the child's records would be unreadable to its parent. */
static bool is_encrypted(PGconn *connection)
{
    return PQsslInUse(connection) || PQgssEncInUse(connection);
}

static void send_settings(struct db *db)
{
    char timeout[16], path[64];
    const char *const values[] = {timeout, db_functions, path};

    snprintf(timeout, sizeof timeout, "%d", db->timeout_ms);
    snprintf(path, sizeof path, db->preparation == DB_WITHOUT_FUNCTIONS ? "public, %s" : "%s, public", db_functions);
    db_send_settings(db, settings, 3, values);
}

/* The next statements of all. */
static enum db_progress prepare_some(struct db *db, struct text *why)
{
    db->phase = DB_PHASE_PREPARING;
    for (int i = 0; i < PREPARE_AT_ONCE && db->unprepared && db->unprepared->name; i++)
        db_send_prepare(db, db->unprepared++);
    if (!PQpipelineSync(db->connection) || db->refused)
        return lose(db, OUTCOME_AWAY, why, PQerrorMessage(db->connection));
    return DB_WRITING;
}

static enum db_progress prepare(struct db *db, struct text *why)
{
    if (is_encrypted(db->connection))
        return lose(db, OUTCOME_INVALID, why,
                    "The connection to PostgreSQL is encrypted, and an encrypted connection cannot be handed to "
                    "another process. "
                    "Use a unix socket (host=/run/postgresql) or a PgBouncer on the loopback address with "
                    "sslmode=disable.");
    PQsetnonblocking(db->connection, 1);
    send_settings(db);
    db->unprepared = db->preparation == DB_PREPARE_ALL ? db_statements : NULL;
    return prepare_some(db, why);
}

static enum db_progress finish(struct db *db, struct text *why)
{
    db_end_pipeline(db);
    if (db->outcome != OUTCOME_OK) {
        if (db->failure.sqlstate[0] == '4' && db->failure.sqlstate[1] == '2')
            text_add(why, "The schema does not match this program. Run coagentctl migrate: ");
        return lose(db, db->outcome, why, db->failure.message);
    }
    if (db->unprepared && db->unprepared->name)
        return prepare_some(db, why);
    if (PQsetnonblocking(db->connection, 0) != 0)
        return lose(db, OUTCOME_AWAY, why, PQerrorMessage(db->connection));
    db->phase = DB_PHASE_OPEN;
    return DB_READY;
}

static enum db_progress poll_preparing(struct db *db, struct text *why)
{
    int unsent = PQflush(db->connection);

    if (unsent < 0 || !PQconsumeInput(db->connection))
        return lose(db, OUTCOME_AWAY, why, PQerrorMessage(db->connection));
    while (!PQisBusy(db->connection)) {
        if (db_take_result(db, PQgetResult(db->connection)))
            return finish(db, why);
        if (PQstatus(db->connection) != CONNECTION_OK)
            return lose(db, OUTCOME_AWAY, why, PQerrorMessage(db->connection));
    }
    return unsent ? DB_WRITING : DB_READING;
}

enum db_progress db_connect_poll(struct db *db, struct text *why)
{
    if (db->phase == DB_PHASE_OPEN)
        return DB_READY;
    if (db->phase == DB_PHASE_CLOSED)
        return DB_LOST;
    if (db->phase == DB_PHASE_PREPARING)
        return poll_preparing(db, why);
    switch (PQconnectPoll(db->connection)) {
    case PGRES_POLLING_READING: return DB_READING;
    case PGRES_POLLING_OK: return prepare(db, why);
    case PGRES_POLLING_FAILED: return lose(db, OUTCOME_AWAY, why, PQerrorMessage(db->connection));
    default: return DB_WRITING;
    }
}

enum outcome db_connect_outcome(const struct db *db)
{
    return db->outcome;
}

int db_socket(const struct db *db)
{
    return PQsocket(db->connection);
}

/* Whether the socket became ready before the deadline. */
static bool wait_for(const struct db *db, enum db_progress progress, int64_t deadline)
{
    struct pollfd ready = {db_socket(db), progress == DB_READING ? POLLIN : POLLOUT, 0};

    for (;;) {
        int64_t left = deadline - clock_monotonic_ms();
        int n = left > 0 ? poll(&ready, 1, (int)left) : 0;
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

enum outcome db_open(struct db **made, const char *url, enum db_preparation preparation, int timeout_ms,
                     struct text *why)
{
    enum outcome outcome = db_connect_start(made, url, preparation, timeout_ms, why);
    int64_t deadline = clock_monotonic_ms() + OPEN_MS;
    enum db_progress progress = DB_WRITING; /* as PQconnectPoll wants it at first */

    if (outcome != OUTCOME_OK)
        return outcome;
    while (progress == DB_READING || progress == DB_WRITING) {
        if (!wait_for(*made, progress, deadline))
            progress = lose(*made, OUTCOME_AWAY, why, "PostgreSQL did not respond in time.");
        else
            progress = db_connect_poll(*made, why);
    }
    if (progress == DB_READY)
        return OUTCOME_OK;
    outcome = (*made)->outcome;
    db_close(*made);
    *made = NULL;
    return outcome;
}

void db_url_part(const char *url, const char *keyword, struct text *value)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);

    for (PQconninfoOption *option = options; option && option->keyword; option++)
        if (strcmp(option->keyword, keyword) == 0 && option->val)
            text_add(value, option->val);
    PQconninfoFree(options);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    PQclear(db->rows);
    PQfreemem(db->notification);
    PQfinish(db->connection);
    free(db->steps);
    free(db->prepared);
    free(db);
}

/* PQfinish would say good-bye to the server, and freeing would copy the pages that fork shares: only the descriptor
 * goes, the memory stays as it is until the child exits. */
void db_forget(struct db *db)
{
    if (PQsocket(db->connection) >= 0)
        close(PQsocket(db->connection));
}

/* With the descriptor gone, PQfinish finds nobody to say good-bye to. */
void db_abandon(struct db *db)
{
    if (db)
        db_forget(db);
    db_close(db);
}
