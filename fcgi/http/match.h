/* Which route a path and a method mean. */
#ifndef COAGENT_MATCH_H
#define COAGENT_MATCH_H

#include "fcgi/http/request.h"

/* How a path stands to the tables. */
struct match {
    const struct route *route; /* NULL: the path is unknown, or knows only other methods */
    bool path_known;
    unsigned methods; /* bit 1 << enum method for every method of this path */
};

/* HEAD is matched as GET. tables is ended by NULL. */
struct match match_route(const struct route *const *tables, const char *method, const char *path);

/* Copies what the {…} of the route stand for in path into the request. ABSENT when a value cannot be one: {seq} is a
 * whole number, {name} and {key} a line of at most 200 characters, every other name an id. */
enum outcome match_values(struct request *request);

/* The methods as "GET, HEAD, POST", in buffer, which is returned. */
#define METHODS_SIZE 64
char *match_methods(unsigned methods, char buffer[METHODS_SIZE]);

/* "GET" … of an enum method. Static storage. */
const char *method_name(int method);

#endif
