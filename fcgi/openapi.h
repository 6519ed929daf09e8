/* The OpenAPI 3.1 document, made from the route tables: it cannot say anything else than what the router does. */
#ifndef COAGENT_OPENAPI_H
#define COAGENT_OPENAPI_H

#include "base/text.h"
#include "fcgi/route.h"

/* A named schema of an answer: JSON Schema as text. The name is what a route's "schema" says. */
struct openapi_schema {
    const char *name; /* NULL ends the table */
    const char *text;
};
extern const struct openapi_schema openapi_schemas[];

/* Writes the document. */
void openapi_write(const struct route *const *tables, struct text *document);

#endif
