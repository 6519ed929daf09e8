/* JSON Schema over json-c: is this a schema that is supported, does a value fit it, what are its defaults. It knows no
 * database and no network, and every call takes a bounded time whatever it is given.
 *
 * There are two dialects. PARAMETERS is what a script takes and what people write in the editor: a flat object
 * {"type": "object", "properties": {NAME: RULE}, "required": [NAME …], "order": [NAME …]}, whose rules have the type
 * string, integer, number, boolean or array (whose "items" have the type string, integer or number; none: string), and
 * no keyword that the form does not show. TOOL is what
 * tools and MCP servers publish: the part of JSON Schema 2020-12 that they use, nested, with $defs and local $ref,
 * anyOf, oneOf and allOf. Patterns are those of pattern.h in both.
 *
 * Errors are a JSON array of {"field","message"}: the field is where it stands ("a.b.0", behind a prefix of the
 * caller's), the message a sentence for people. At most SCHEMA_ERRORS_MOST are added to an array. */
#ifndef COAGENT_SCHEMA_H
#define COAGENT_SCHEMA_H

#include "base/outcome.h"

#include <json-c/json.h>

#define SCHEMA_ERRORS_MOST 50

enum schema_dialect { SCHEMA_PARAMETERS, SCHEMA_TOOL };

/* Whether this is a schema of the dialect: OK or INVALID with errors. The field is the path within the schema
 * ("properties.a.pattern"), and the message names it, too. schema NULL: one that takes nothing. */
enum outcome schema_check(struct json_object *schema, enum schema_dialect dialect, struct json_object *errors);

/* Whether a value fits a schema that schema_check has accepted: OK or INVALID with errors, whose fields begin with
 * prefix ("parameters": "parameters.NAME"). In PARAMETERS the value is an object after schema_fill_defaults. */
enum outcome schema_check_value(struct json_object *schema, enum schema_dialect dialect, struct json_object *value,
                                const char *prefix, struct json_object *errors);

/* A new object of what was given and of the defaults of what was not, which the caller frees; values are shared with
 * both. given NULL: nothing. In PARAMETERS null counts as not given, and so does an empty text that is required. Only
 * the members of the object itself are filled, not those of objects in it. */
struct json_object *schema_fill_defaults(struct json_object *schema, enum schema_dialect dialect,
                                         struct json_object *given);

/* A schema of the dialect PARAMETERS with everything that may be left out, as it is stored: type, properties, required
 * and the order, which is the one given, then the one in which the properties were written. The caller frees it. */
struct json_object *schema_complete(struct json_object *schema);

#endif
