/* An execution: one run in a process of its own, with its own connection, under a lease. The process outlives the
 * dispatcher that started it. */
#ifndef COAGENT_EXECUTE_H
#define COAGENT_EXECUTE_H

#include "base/config.h"
#include "base/db.h"
#include "base/json.h"
#include "base/token.h"

#include <stdbool.h>
#include <stdint.h>

#define LEASE_MS 20000 /* as the statements of sql/queries/runs.sql say */
#define RENEW_MS 5000

/* The columns of run_take, in their order. */
enum fact {
    FACT_KIND,
    FACT_ROOM,
    FACT_TRIGGER_SEQ,
    FACT_INPUTS,
    FACT_TEXT, /* what earlier attempts said */
    FACT_AGENT,
    FACT_AGENT_NAME,
    FACT_AGENT_HANDLE,
    FACT_PROMPT,
    FACT_MODEL,
    FACT_PARAMETERS,
    FACT_CONTEXT_TOKENS,
    FACT_RUN_SECONDS,
    FACT_PROVIDER_KIND,
    FACT_BASE_URL,
    FACT_KEY_SEALED,
    FACT_ROOM_NAME,
    FACT_FRAME,
    FACT_STARTED,
    FACT_AGENT_JSON,
    FACT_COUNT,
};

enum execution_state {
    EXECUTION_GOING,
    EXECUTION_STOPPED,   /* somebody asked for it */
    EXECUTION_TIMED_OUT, /* the wall-clock limit */
    EXECUTION_ORPHANED,  /* the lease is lost: nothing more may be written */
};

struct execution {
    const struct config *config;
    struct db *db; /* NULL while PostgreSQL is away */
    char id[UUID_SIZE];
    char fence[16];          /* the attempt, as text */
    char *facts[FACT_COUNT]; /* owned; NULL is SQL null */
    enum execution_state state;
    int64_t deadline_at; /* these are monotonic milliseconds */
    int64_t lease_until;
    int64_t renew_at;
    int64_t connect_at;
};

/* The whole life of an executor process: takes the run, does it, ends it. Returns the exit status. */
int execute(const struct config *config, const char *id, const char *fence);

/* Renews the lease, hears whether to stop, reconnects. To be called at least every 250 ms while work goes on; cheap.
 * false: end the work now, the state says why. */
bool execution_tick(struct execution *execution);

/* Waits while ticking; the answer is execution_tick's. */
bool execution_wait(struct execution *execution, long ms);

/* The connection's socket, to wake up by, or -1. */
int execution_socket(const struct execution *execution);

/* A statement on the execution's connection; AWAY while there is none. */
enum outcome execution_do(struct execution *execution, const struct db_statement *statement,
                          const char *const values[]);

/* A fact, "" when it is null. */
const char *execution_fact(const struct execution *execution, enum fact fact);
long execution_number(const struct execution *execution, enum fact fact, long fallback);

/* A message to the run's room, if it has one; a failure is left to the catch-up. */
enum outcome execution_publish(const struct execution *execution, const char *message, size_t length);

/* Ends the run in one transaction and tells the room; tries again while the lease lasts. The state and, when it is not
 * "succeeded", the reason come from execution->state where that is not GOING. result and usage are taken over. */
void execution_finish(struct execution *execution, const char *state, const char *reason, struct json_object *result,
                      struct json_object *usage);

#endif
