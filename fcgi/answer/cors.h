/* Origins: the site's own and the exact list of BACKEND_CORS_ORIGINS; everybody else is refused. */
#ifndef COAGENT_CORS_H
#define COAGENT_CORS_H

#include "fcgi/http/request.h"

/* Whether the request's Origin, if it has one, may speak to us. Adds the CORS headers for a listed one. */
bool cors_admit(struct request *request);

/* Answers a preflight (OPTIONS) for a path with these methods ("GET, HEAD"). */
void cors_preflight(struct request *request, const char *methods);

#endif
