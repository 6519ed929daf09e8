/* Refusals in the audit log. The transaction that was refused is gone, so they are written in one of their own, after
 * the answer. */
#ifndef COAGENT_REFUSAL_H
#define COAGENT_REFUSAL_H

#include "fcgi/http/request.h"

/* Writes a row when the answer is 401 to a request with a token, 403, or a 404 that the guard gave. */
void refusal_audit(struct request *request);

#endif
