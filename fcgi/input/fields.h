/* Validation by field tables (route.h): of a JSON body, and of a query string. All errors are told at once. */
#ifndef COAGENT_FIELDS_H
#define COAGENT_FIELDS_H

#include "base/outcome.h"
#include "fcgi/http/route.h"

#include <json-c/json.h>

/* Checks object, whose strings are valid UTF-8 without NUL, against the table and normalises it (white space around
 * lines and e-mails is removed). Each error is added to errors as {"field","message"}; INVALID if there was one. */
enum outcome fields_check(const struct field *fields, struct json_object *object, struct json_object *errors);

/* Decodes "a=1&b=x" into an object typed by the table (integers, numbers, booleans, lists separated by commas), then
 * checks it. fields NULL: no parameter is known. The caller puts *object, which is made in every case. */
enum outcome fields_from_query(const struct field *fields, const char *query, struct json_object **object,
                               struct json_object *errors);

/* Adds one error to such a list, unless it is long already: what was sent must not come back many times as large. */
void fields_error(struct json_object *errors, const char *field, const char *message);

#endif
