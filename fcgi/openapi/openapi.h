/* The OpenAPI 3.1 document, made from the route tables: it cannot say anything else than what the router does. */
#ifndef COAGENT_OPENAPI_H
#define COAGENT_OPENAPI_H

#include "base/text.h"
#include "fcgi/http/route.h"

#include <json-c/json.h>
#include <stdbool.h>

/* A named schema of an answer: its members in a notation of one line, "id:id name:text archived:flag author:Author?".
 * Types: text, id (a UUID), whole, number, flag, time, object (any), numbers (an object of them), any (any JSON); a
 * capital letter begins the name of another schema; every other word, or words with | between them, are the values that
 * a string has. "[]" after the type makes a list of it, "?" lets it be null; "?" after the name lets the member be
 * absent. <Name>List is known for every Name: a page of them, {"items","next"}. */
struct openapi_schema {
    const char *name; /* NULL ends the table */
    const char *members;
};
extern const struct openapi_schema openapi_schemas[];

/* Whether a schema of this name is known; pages are, and "Name[]", a plain list of all, and "Name|Other", one of them.
 */
bool openapi_has_schema(const char *name);

/* All schemas, and the pages that these routes answer with, by name as JSON Schema. The caller owns it. */
struct json_object *openapi_schemas_json(const struct route *const *tables);

/* The schemas as a module of JSDoc types, for the browser's. */
void openapi_write_types(struct text *types);

/* Writes the document. */
void openapi_write(const struct route *const *tables, struct text *document);

#endif
