/* Where a request comes from, as the models want it. */
#ifndef COAGENT_ORIGIN_H
#define COAGENT_ORIGIN_H

#include "fcgi/http/request.h"
#include "model/credentials.h"

/* Points into the request; a User-Agent that is not text counts as none. */
struct origin request_origin(const struct request *request);

#endif
