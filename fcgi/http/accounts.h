/* What the routes of accounts share. */
#ifndef COAGENT_ACCOUNTS_H
#define COAGENT_ACCOUNTS_H

#include "fcgi/http/request.h"
#include "model/credentials.h"

/* Where a request comes from, as the models want it. Points into the request; a User-Agent that is not text counts as
 * none. */
struct origin request_origin(const struct request *request);

/* The problem of this outcome, with the field at fault if the model named one. */
void respond_fault(struct request *request, enum outcome outcome, const struct field_fault *fault);

#endif
