/* PostgreSQL: one connection, prepared statements, one pipeline a request. The only part that knows libpq.
 *
 * A unit of work is: queue statements, then run them. They travel together, run as one transaction and one round
 * trip; the first that fails aborts the rest and nothing is kept. Statements are the ones compiled from sql/queries;
 * there is no way to run another string (except for migrations, see db_script). */
#ifndef COAGENT_DB_H
#define COAGENT_DB_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum db_shape {
    DB_ONE,  /* exactly one row is the answer: no row is ABSENT */
    DB_MANY, /* any number of rows */
    DB_EXEC, /* no rows are read */
};

/* A statement of sql/queries; instances are generated as query_<name> in queries.h. */
struct db_statement {
    const char *name;
    const char *text;
    int parameters; /* how many $n it has */
    enum db_shape shape;
};

/* All of them, ended by one whose name is NULL (generated). */
extern const struct db_statement db_statements[];

struct db; /* a connection */

enum db_preparation {
    DB_PREPARE_ALL,       /* every statement at once when connecting: the pool's slots */
    DB_PREPARE_USED,      /* each at its first use: runner and coagentctl */
    DB_WITHOUT_FUNCTIONS, /* the same, also where the functions of this version are missing, and with the tables in
                             front: what looks at the schema, or makes it */
};

/* The schema of the functions that this program calls (generated): "fn_" and the beginning of the SHA-256 of all texts
 * of sql/functions. Each version brings a schema of its own, so that programs of two versions work side by side. */
extern const char db_functions[];

/* Connects and waits. AWAY with why when there is no connection. CONFLICT when the functions of this version are not in
 * the database: coagentctl migrate brings them. Refuses (INVALID) an encrypted connection: its state
 * could not be inherited over fork. Sets statement_timeout and lock_timeout (ms; 0 for none). */
enum outcome db_open(struct db **db, const char *url, enum db_preparation preparation, int timeout_ms,
                     struct text *why);
void db_close(struct db *db); /* NULL is fine */

/* The same without blocking, for the pool's poll loop: start, then db_connect_poll whenever db_socket is ready. */
enum db_progress { DB_READING, DB_WRITING, DB_READY, DB_LOST };
enum outcome db_connect_start(struct db **db, const char *url, enum db_preparation preparation, int timeout_ms,
                              struct text *why);
enum db_progress db_connect_poll(struct db *db, struct text *why);
enum outcome db_connect_outcome(const struct db *db); /* of DB_LOST, as db_open's */
int db_socket(const struct db *db);

/* In a forked child: forget a connection that belongs to a sibling, without a word to the server. It closes the
 * descriptor and leaves the memory alone, which the child must not use again. */
void db_forget(struct db *db);

/* The same for good: its memory is freed as well. NULL is fine. */
void db_abandon(struct db *db);

/* Whether it is idle, outside a transaction and a pipeline: what a child must leave behind. */
bool db_is_idle(const struct db *db);

/* For messages: adds the value of a libpq keyword ("host", "dbname") in a URL to value; nothing when it is absent. */
void db_url_part(const char *url, const char *keyword, struct text *value);

/* Adds a statement to the pipeline. values has statement->parameters strings, NULL is SQL null; they are copied by
 * libpq at once. */
void db_queue(struct db *db, const struct db_statement *statement, const char *const values[]);
#define DB_VALUES(...) ((const char *const[]){__VA_ARGS__})
#define DB_NO_VALUES ((const char *const *)0)

/* The same with bytes on the way: a value whose length is not 0 is a bytea as it is (lengths NULL: none is), and the
 * answer's columns come as they are, so they must be text, json or bytea; db_length says how long one is. */
void db_queue_bytes(struct db *db, const struct db_statement *statement, const char *const values[],
                    const size_t lengths[]);

/* Runs what is queued as one transaction and waits. The rows of the LAST statement are then readable until the next
 * db_run. Outcomes: OK; ABSENT (a DB_ONE without a row, whichever it is in the pipeline; this alone undoes nothing);
 * the outcome that the SQL raised (see db_failure); CONFLICT for unique and foreign keys, INVALID for checks and bad
 * values, BUSY for timeouts and deadlocks, AWAY, FAILED. After every one of them but AWAY the connection is idle
 * again. With nothing queued it is OK and changes nothing. */
enum outcome db_run(struct db *db);

/* queue + run of a single statement. */
enum outcome db_do(struct db *db, const struct db_statement *statement, const char *const values[]);

/* While held, db_run executes but does not commit, and what was queued before belongs to the same transaction, which
 * ends with db_commit (which runs first what is still queued, whose rows are then readable), with db_rollback, with the
 * first failure of a db_run (then it is undone, and db_commit is FAILED), or with the connection. The rows of the last
 * db_run stay readable. For the stored answers of Idempotency-Key. */
void db_hold(struct db *db);
enum outcome db_do_held(struct db *db, const struct db_statement *statement,
                        const char *const values[]); /* hold + do */
bool db_is_held(const struct db *db);
enum outcome db_commit(struct db *db);
void db_rollback(struct db *db);

/* The rows of the last statement that ran. A value is owned by db; NULL is SQL null. */
int db_rows(const struct db *db);
int db_columns(const struct db *db);
const char *db_value(const struct db *db, int row, int column);
size_t db_length(const struct db *db, int row, int column);

/* The last failure: the sentence and field that SQL raised for the user ("" when none), and the five letters of
 * the SQLSTATE. Owned by db. */
struct db_failure {
    char sqlstate[6];
    char message[512]; /* for the user only when the SQL raised it (class CA), else for the log */
    char field[64];
    char fields[4096];   /* the list of {"field","message"} that SQL raised for the user instead, or "" */
    char constraint[64]; /* the constraint that was broken, or "" */
    long retry_after;    /* seconds, with LIMITED */
};
const struct db_failure *db_failure(const struct db *db);

/* Makes a copy of an earlier failure the last one again: the refusal is told after the statement that recorded it. */
void db_recall_failure(struct db *db, const struct db_failure *failure);

/* With DB_PREPARE_USED: prepares these statements (ended by NULL) now. Who borrows the connection by fork finds them
 * ready; what it prepares besides, only it knows of, so it must not give the connection back: db_prepared tells how
 * many there are. */
enum outcome db_prepare(struct db *db, const struct db_statement *const statements[]);
size_t db_prepared(const struct db *db);

/* Forgets the plans of all statements: they are made anew, for the tables as they are now, at their next use. The
 * planner takes a table that was empty for one that stays so. */
enum outcome db_replan(struct db *db);

/* LISTEN on a channel (runner). db_notification waits up to timeout_ms and answers OK with channel and payload
 * (owned by db until the next call), ABSENT when nothing came, AWAY when the connection is lost. */
enum outcome db_listen(struct db *db, const char *channel);
enum outcome db_unlisten(struct db *db); /* on all channels; what has come already is forgotten */
enum outcome db_notification(struct db *db, int timeout_ms, const char **channel, const char **payload);

/* Runs a script of several statements in one transaction (the held one, if there is one): coagentctl migrate only. */
enum outcome db_script(struct db *db, const char *script);

#endif
