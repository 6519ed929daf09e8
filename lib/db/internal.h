/* Shared internals of db; no other module includes this. */
#ifndef COAGENT_DB_INTERNAL_H
#define COAGENT_DB_INTERNAL_H

#include "db/db.h"

#include <libpq-fe.h>
#include <stddef.h>

enum db_phase {
    DB_PHASE_CONNECTING, /* PQconnectPoll is at work */
    DB_PHASE_PREPARING,  /* settings and prepared statements are on their way */
    DB_PHASE_OPEN,
    DB_PHASE_CLOSED, /* it could not be opened */
};

/* One message of the pipeline, so that each result finds what it answers. */
enum db_step_kind { DB_STEP_CONTROL, DB_STEP_SETTINGS, DB_STEP_PREPARE, DB_STEP_QUERY };

struct db_step {
    enum db_step_kind kind;
    const struct db_statement *statement; /* NULL for control */
};

/* A statement that the server knows, or will know when the pipeline gets there. */
struct db_prepared {
    const struct db_statement *statement;
    bool done;
};

struct db {
    PGconn *connection;
    enum db_phase phase;
    enum db_preparation preparation;
    int timeout_ms;
    const struct db_statement *unprepared; /* the next one to prepare while connecting; NULL when none is asked for */
    struct db_step *steps;
    size_t step_count, step_capacity;
    size_t position;              /* the step whose answer comes next */
    struct db_prepared *prepared; /* DB_PREPARE_USED only */
    size_t prepared_count, prepared_capacity;
    bool held;            /* commit only when told */
    bool begun;           /* "begin" is queued, or its transaction is open */
    bool refused;         /* libpq did not take a statement: the pipeline is lost */
    bool spoiled;         /* usable no more, though it may look idle */
    enum outcome outcome; /* of the pipeline that is being read */
    PGresult *rows;       /* of the last statement */
    PGnotify *notification;
    struct db_failure failure;
};

/* Adds to the pipeline, entering pipeline mode when needed. db_send_settings: the answer's one value tells whether the
 * functions of this version are there. */
void db_send_settings(struct db *db, const char *command, int count, const char *const values[]);
void db_send_control(struct db *db, const char *command);
void db_send_prepare(struct db *db, const struct db_statement *statement);

/* Reads one result for the step whose turn it is: a NULL moves to the next step, PGRES_PIPELINE_SYNC ends the pipeline
 * (answers true). Takes ownership of result. */
bool db_take_result(struct db *db, PGresult *result);

/* After the last result: leaves pipeline mode and forgets the steps. */
void db_end_pipeline(struct db *db);

/* Fills db->failure from a result, or from the connection when result is NULL; answers the outcome. */
enum outcome db_fail(struct db *db, const PGresult *result, const struct db_statement *statement);

/* The same for a failure that the server knows nothing about. */
enum outcome db_fail_plainly(struct db *db, enum outcome outcome, const char *message);

/* Room for one more of size bytes in a growing array, which may move. */
void *db_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
