/* The two dialects of schema.h, each by itself. For lib/schema only. */
#ifndef COAGENT_SCHEMA_DIALECTS_H
#define COAGENT_SCHEMA_DIALECTS_H

#include "base/text.h"
#include "schema/schema.h"

#include <stdbool.h>

/* Adds what is wrong with a schema to errors. */
void parameters_check(struct json_object *schema, struct json_object *errors);
void tool_check(struct json_object *schema, struct json_object *errors);

/* The part of a schema that the $ref "#", "#/$defs/NAME" or "#/definitions/NAME" means, owned by the schema; NULL:
 * none. What lies elsewhere is never fetched. */
struct json_object *reference_target(struct json_object *root, const char *reference);

#define PATTERN_MOST 200 /* characters */

/* Why a value of the keyword "pattern" cannot be taken: adds the end of a sentence and is false. */
bool pattern_is_fine(struct json_object *value, struct text *why);

#endif
