/* From a request to its answer. */
#ifndef COAGENT_ROUTER_H
#define COAGENT_ROUTER_H

#include "fcgi/http/request.h"
#include "fcgi/http/route.h"

#define BODY_MOST ((size_t)1 << 20)

/* Makes the answer: matches the route, identifies the caller, checks the input, runs guard and handler. Always leaves
 * an answer in the request. */
void router_serve(struct request *request, const struct route *const *tables);

/* After the answer was sent: publishes, and writes a refusal into the audit log. */
void router_after(struct request *request);

#endif
