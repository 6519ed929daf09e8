/* The responses of the document: every status that a route can answer with, its type, its schema and its headers. */
#ifndef COAGENT_RESPONSES_H
#define COAGENT_RESPONSES_H

#include "fcgi/http/route.h"

#include <json-c/json.h>

/* Those of one route, by status. The caller owns the objects. */
struct json_object *responses_of_route(const struct route *route);

/* Those which have nothing to do with a route, by status: an unknown path or method, and what nginx refuses. */
struct json_object *responses_of_all(void);

/* components.responses and components.headers, to which the others refer. */
struct json_object *responses_shared(void);
struct json_object *responses_headers(void);

#endif
