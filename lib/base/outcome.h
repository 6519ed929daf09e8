/* The outcome of an operation. One vocabulary from the database to the HTTP
 * status, so that "not there" and "the database is away" never look alike. */
#ifndef COAGENT_OUTCOME_H
#define COAGENT_OUTCOME_H

#include <stdbool.h>

enum outcome {
    OUTCOME_OK = 0,
    OUTCOME_ABSENT,          /* not there, or invisible to the caller: 404 */
    OUTCOME_INVALID,         /* the input breaks a rule: 422 */
    OUTCOME_UNAUTHENTICATED, /* nobody, or a session that ended: 401 */
    OUTCOME_DENIED,          /* known, but not permitted: 403 */
    OUTCOME_CONFLICT,        /* a stale version, a duplicate, a wrong state: 409 */
    OUTCOME_LIMITED,         /* too often: 429 with Retry-After */
    OUTCOME_BUSY,            /* a lock or statement timed out, try again: 503 */
    OUTCOME_AWAY,            /* PostgreSQL or nchan cannot be reached: 503 */
    OUTCOME_FULL,            /* PostgreSQL has no room to write: 503 */
    OUTCOME_REPLAYED,        /* an Idempotency-Key that was answered before */
    OUTCOME_FAILED,          /* our fault: 500 */
};

/* The outcome's name in lower case ("absent"), for logs. Static storage. */
const char *outcome_name(enum outcome outcome);

/* Whether the same may succeed later: BUSY, AWAY or FULL. */
bool outcome_passes(enum outcome outcome);

#endif
