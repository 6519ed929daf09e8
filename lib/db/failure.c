#include "base/log.h"
#include "db/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SQLSTATE, or a class when it is shorter, and what it means to a caller. The first that fits counts. */
static const struct {
    const char *prefix;
    enum outcome outcome;
} meanings[] = {
    {"CA401", OUTCOME_UNAUTHENTICATED},
    {"CA403", OUTCOME_DENIED},
    {"CA404", OUTCOME_ABSENT},
    {"CA409", OUTCOME_CONFLICT},
    {"CA422", OUTCOME_INVALID},
    {"CA429", OUTCOME_LIMITED},
    {"CA503", OUTCOME_BUSY},
    {"23505", OUTCOME_CONFLICT}, /* unique */
    {"23503", OUTCOME_CONFLICT}, /* foreign key */
    {"23P01", OUTCOME_CONFLICT}, /* exclusion */
    {"23502", OUTCOME_INVALID},  /* not null */
    {"23514", OUTCOME_INVALID},  /* check */
    {"22", OUTCOME_INVALID},     /* a value that does not fit */
    {"57014", OUTCOME_BUSY},     /* statement_timeout */
    {"55P03", OUTCOME_BUSY},     /* lock_timeout, nowait */
    {"40P01", OUTCOME_BUSY},     /* deadlock */
    {"40001", OUTCOME_BUSY},     /* serialization */
    {"53300", OUTCOME_AWAY},     /* too many connections */
    {"53100", OUTCOME_FULL},     /* the disk is full */
    {"53", OUTCOME_BUSY},        /* out of memory, or of what PostgreSQL's settings limit */
    {"57P", OUTCOME_AWAY},       /* shutting down, starting up, terminated */
    {"08", OUTCOME_AWAY},        /* connection */
    {"25P03", OUTCOME_AWAY},     /* idle in transaction for too long */
};

static enum outcome meaning_of(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
            return meanings[i].outcome;
    return OUTCOME_FAILED;
}

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* A connection that prepared its statements before a migration, or that a pooler exchanged under us, answers no
 * statement right any more: it must be replaced, and the caller may try again. */
static bool is_stale_plan(const PGresult *result, const char *sqlstate)
{
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    return strcmp(sqlstate, "26000") == 0 ||
           (strcmp(sqlstate, "0A000") == 0 && function && strcmp(function, "RevalidateCachedQuery") == 0);
}

enum outcome db_fail(struct db *db, const PGresult *result, const struct db_statement *statement)
{
    struct db_failure *failure = &db->failure;
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum outcome outcome;

    memset(failure, 0, sizeof *failure);
    if (!sqlstate) {
        /* A result of libpq's own making: it could not write, and has perhaps not noticed yet that it cannot read. */
        bool lost = result || PQstatus(db->connection) != CONNECTION_OK;
        db->spoiled = db->spoiled || lost;
        copy(failure->message, sizeof failure->message, PQerrorMessage(db->connection));
        failure->message[strcspn(failure->message, "\n")] = '\0';
        outcome = lost ? OUTCOME_AWAY : OUTCOME_FAILED;
    } else {
        copy(failure->sqlstate, sizeof failure->sqlstate, sqlstate);
        copy(failure->message, sizeof failure->message, message);
        copy(failure->constraint, sizeof failure->constraint, PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME));
        outcome = meaning_of(sqlstate);
        if (is_stale_plan(result, sqlstate)) {
            db->spoiled = true;
            outcome = OUTCOME_BUSY;
        }
    }
    if (strncmp(failure->sqlstate, "CA", 2) == 0) {
        const char *retry_after = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
        copy(failure->field, sizeof failure->field, PQresultErrorField(result, PG_DIAG_COLUMN_NAME));
        copy(failure->fields, sizeof failure->fields, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
        failure->retry_after = retry_after ? strtol(retry_after, NULL, 10) : 0;
    }
    if (outcome == OUTCOME_FAILED || outcome == OUTCOME_AWAY || strncmp(failure->sqlstate, "53", 2) == 0)
        log_error("database: %s: %s %s", statement ? statement->name : "connection", failure->sqlstate,
                  failure->message);
    else
        log_debug("database: %s: %s %s", statement ? statement->name : "connection", failure->sqlstate,
                  failure->message);
    return outcome;
}

enum outcome db_fail_plainly(struct db *db, enum outcome outcome, const char *message)
{
    memset(&db->failure, 0, sizeof db->failure);
    copy(db->failure.message, sizeof db->failure.message, message);
    return outcome;
}

const struct db_failure *db_failure(const struct db *db)
{
    return &db->failure;
}

void db_recall_failure(struct db *db, const struct db_failure *failure)
{
    db->failure = *failure;
}
