/* Idempotency-Key: a POST that is sent again gets the answer that it got the first time. */
#ifndef COAGENT_IDEMPOTENCY_H
#define COAGENT_IDEMPOTENCY_H

#include "fcgi/http/request.h"

/* Whether the route honours the header and the request carries it. */
bool idempotency_applies(const struct request *request);

#define IDEMPOTENCY_HEADER "Idempotency-Key"
#define IDEMPOTENCY_KEY_MOST 200

/* Runs the guard, the claim of the key, the handler and the storing of its answer in one held transaction. Only
 * successes are stored. body is what was sent, for the fingerprint. */
void idempotency_handle(struct request *request, const char *body);

#endif
