#include "db/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void *db_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 16;
    array = reallocarray(array, *capacity, size);
    if (!array)
        abort();
    return array;
}

static void add_step(struct db *db, enum db_step_kind kind, const struct db_statement *statement)
{
    if (PQpipelineStatus(db->connection) == PQ_PIPELINE_OFF && !PQenterPipelineMode(db->connection))
        db->refused = true;
    db->steps = db_grow(db->steps, db->step_count, &db->step_capacity, sizeof *db->steps);
    db->steps[db->step_count++] = (struct db_step){kind, statement};
}

void db_send_control(struct db *db, const char *command)
{
    add_step(db, DB_STEP_CONTROL, NULL);
    if (command && !PQsendQueryParams(db->connection, command, 0, NULL, NULL, NULL, NULL, 0))
        db->refused = true;
}

void db_send_settings(struct db *db, const char *command, int count, const char *const values[])
{
    add_step(db, DB_STEP_SETTINGS, NULL);
    if (!PQsendQueryParams(db->connection, command, count, NULL, values, NULL, NULL, 0))
        db->refused = true;
}

void db_send_prepare(struct db *db, const struct db_statement *statement)
{
    add_step(db, DB_STEP_PREPARE, statement);
    if (!PQsendPrepare(db->connection, statement->name, statement->text, 0, NULL))
        db->refused = true;
}

static struct db_prepared *find_prepared(struct db *db, const struct db_statement *statement)
{
    for (size_t i = 0; i < db->prepared_count; i++)
        if (strcmp(db->prepared[i].statement->name, statement->name) == 0)
            return &db->prepared[i];
    return NULL;
}

/* A prepared statement outlives an aborted transaction, but one that stood behind the failure was never made: it is
 * done only when its own answer says so. */
static void prepare_when_new(struct db *db, const struct db_statement *statement)
{
    if (db->preparation == DB_PREPARE_ALL || find_prepared(db, statement))
        return;
    db->prepared = db_grow(db->prepared, db->prepared_count, &db->prepared_capacity, sizeof *db->prepared);
    db->prepared[db->prepared_count++] = (struct db_prepared){statement, false};
    db_send_prepare(db, statement);
}

enum outcome db_prepare(struct db *db, const struct db_statement *const statements[])
{
    for (; *statements; statements++)
        prepare_when_new(db, *statements);
    return db_run(db);
}

size_t db_prepared(const struct db *db)
{
    return db->prepared_count;
}

static void forget_unprepared(struct db *db)
{
    size_t kept = 0;

    for (size_t i = 0; i < db->prepared_count; i++)
        if (db->prepared[i].done)
            db->prepared[kept++] = db->prepared[i];
    db->prepared_count = kept;
}

static void queue(struct db *db, const struct db_statement *statement, const char *const values[], const int lengths[],
                  const int formats[], int answer_format)
{
    if (db->held && !db->begun) {
        db_send_control(db, "begin");
        db->begun = true;
    }
    prepare_when_new(db, statement);
    add_step(db, DB_STEP_QUERY, statement);
    if (!PQsendQueryPrepared(db->connection, statement->name, statement->parameters, values, lengths, formats,
                             answer_format))
        db->refused = true;
}

void db_queue(struct db *db, const struct db_statement *statement, const char *const values[])
{
    queue(db, statement, values, NULL, NULL, 0);
}

void db_queue_bytes(struct db *db, const struct db_statement *statement, const char *const values[],
                    const size_t lengths[])
{
    int sizes[16] = {0}, formats[16] = {0};

    for (int i = 0; lengths && i < statement->parameters; i++) {
        if (i == 16 || lengths[i] > INT_MAX) {
            db->refused = true;
            return;
        }
        sizes[i] = (int)lengths[i];
        formats[i] = lengths[i] > 0;
    }
    queue(db, statement, values, sizes, formats, 1);
}

static void keep_rows(struct db *db, const struct db_statement *statement, PGresult *result)
{
    PQclear(db->rows);
    db->rows = result;
    if (statement->shape != DB_ONE || db->outcome != OUTCOME_OK)
        return;
    if (PQntuples(result) == 0)
        db->outcome = db_fail_plainly(db, OUTCOME_ABSENT, "");
    else if (PQntuples(result) > 1)
        db->outcome = db_fail_plainly(db, OUTCOME_FAILED, "a statement for one row returned several");
}

static void judge_functions(struct db *db, const PGresult *result)
{
    if (db->preparation == DB_WITHOUT_FUNCTIONS || PQgetvalue(result, 0, 0)[0] == 't')
        return;
    db->outcome = db_fail_plainly(db, OUTCOME_CONFLICT,
                                  "The database lacks the functions of this version. Run: coagentctl migrate");
}

/* A result of a statement that worked. */
static void take_success(struct db *db, const struct db_step *step, PGresult *result)
{
    struct db_prepared *prepared = step->kind == DB_STEP_PREPARE ? find_prepared(db, step->statement) : NULL;

    if (prepared)
        prepared->done = true;
    if (step->kind == DB_STEP_SETTINGS)
        judge_functions(db, result);
    if (step->kind == DB_STEP_QUERY)
        keep_rows(db, step->statement, result);
    else
        PQclear(result);
}

bool db_take_result(struct db *db, PGresult *result)
{
    static const struct db_step beyond = {DB_STEP_CONTROL, NULL};
    const struct db_step *step = db->position < db->step_count ? &db->steps[db->position] : &beyond;

    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: PQclear(result); return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: take_success(db, step, result); return false;
    case PGRES_PIPELINE_ABORTED: PQclear(result); return false;
    default: break;
    }
    if (!result) {
        db->position++;
        return false;
    }
    /* Only the first failure is the cause, unless all that came before it was a missing row. */
    if (db->outcome == OUTCOME_OK || db->outcome == OUTCOME_ABSENT)
        db->outcome = db_fail(db, result, step->statement);
    PQclear(result);
    return false;
}

void db_end_pipeline(struct db *db)
{
    if (!PQexitPipelineMode(db->connection))
        db->spoiled = true;
    db->step_count = 0;
    db->position = 0;
    forget_unprepared(db);
}

static void drop_rows(struct db *db)
{
    PQclear(db->rows);
    db->rows = NULL;
}

/* Sends the end of the pipeline and reads every answer. */
static enum outcome run_pipeline(struct db *db)
{
    db->outcome = OUTCOME_OK;
    memset(&db->failure, 0, sizeof db->failure);
    if (db->refused || !PQpipelineSync(db->connection)) {
        db->spoiled = true;
        return db_fail(db, NULL, NULL);
    }
    while (!db_take_result(db, PQgetResult(db->connection)))
        if (PQstatus(db->connection) != CONNECTION_OK || db->position > db->step_count + 1) {
            db->spoiled = true;
            return db->outcome == OUTCOME_OK || db->outcome == OUTCOME_ABSENT ? db_fail(db, NULL, NULL) : db->outcome;
        }
    db_end_pipeline(db);
    return db->outcome;
}

static void end_transaction(struct db *db)
{
    PGTransactionStatusType status = PQtransactionStatus(db->connection);

    if (status == PQTRANS_INERROR || status == PQTRANS_INTRANS)
        PQclear(PQexec(db->connection, "rollback"));
    db->held = false;
    db->begun = false;
}

enum outcome db_run(struct db *db)
{
    enum outcome outcome;

    if (db->step_count == 0)
        return OUTCOME_OK;
    drop_rows(db);
    outcome = run_pipeline(db);
    if (outcome != OUTCOME_OK)
        drop_rows(db);
    if (db->begun && PQtransactionStatus(db->connection) != PQTRANS_INTRANS)
        end_transaction(db);
    return outcome;
}

enum outcome db_do(struct db *db, const struct db_statement *statement, const char *const values[])
{
    db_queue(db, statement, values);
    return db_run(db);
}

void db_hold(struct db *db)
{
    db->held = true;
}

enum outcome db_do_held(struct db *db, const struct db_statement *statement, const char *const values[])
{
    db_hold(db);
    return db_do(db, statement, values);
}

bool db_is_held(const struct db *db)
{
    return db->held;
}

enum outcome db_commit(struct db *db)
{
    enum outcome outcome = OUTCOME_OK;

    if (!db->held)
        return db_fail_plainly(db, OUTCOME_FAILED, "there is no transaction to commit");
    if (db->begun) {
        db_send_control(db, "commit");
        outcome = run_pipeline(db);
    }
    end_transaction(db);
    return outcome;
}

void db_rollback(struct db *db)
{
    if (db->step_count > 0) {
        db_send_control(db, "rollback");
        run_pipeline(db);
    }
    end_transaction(db);
}

bool db_is_idle(const struct db *db)
{
    return db->phase == DB_PHASE_OPEN && !db->spoiled && db->step_count == 0 &&
           PQstatus(db->connection) == CONNECTION_OK && PQtransactionStatus(db->connection) == PQTRANS_IDLE &&
           PQpipelineStatus(db->connection) == PQ_PIPELINE_OFF;
}

int db_rows(const struct db *db)
{
    return PQntuples(db->rows);
}

int db_columns(const struct db *db)
{
    return PQnfields(db->rows);
}

const char *db_value(const struct db *db, int row, int column)
{
    if (row < 0 || row >= PQntuples(db->rows) || column < 0 || column >= PQnfields(db->rows) ||
        PQgetisnull(db->rows, row, column))
        return NULL;
    return PQgetvalue(db->rows, row, column);
}

size_t db_length(const struct db *db, int row, int column)
{
    return db_value(db, row, column) ? (size_t)PQgetlength(db->rows, row, column) : 0;
}
