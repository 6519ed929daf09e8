/* Stored answers of requests that carry an Idempotency-Key. Both run inside a held transaction (db_hold). */
#ifndef COAGENT_MODEL_IDEMPOTENCY_H
#define COAGENT_MODEL_IDEMPOTENCY_H

#include "db/db.h"

struct stored_answer {
    int status;
    const char *location; /* or NULL */
    const char *body;     /* "" when there was none */
};

/* After the guard was queued: claims the key for the caller. OK: the claim is fresh, go on. REPLAYED: answered before,
 * *answer is what was said (owned by db until the next db_run). CONFLICT: the key stands for another request.
 * Whatever the guard raises. Waits while another transaction holds the key. */
enum outcome idempotency_claim(struct db *db, const char *key, const char *fingerprint, struct stored_answer *answer);

/* Queues the storing of an answer; the caller commits. */
void idempotency_store(struct db *db, const char *key, const char *user_id, const struct stored_answer *answer);

#endif
