#include "targets.h"

#include "base/json.h"
#include "schema/schema.h"

#include <stdlib.h>
#include <string.h>

static struct json_object *parse(const char *bytes, size_t length)
{
    struct json_object *document = NULL;
    const char *why = NULL;

    (void)json_parse(bytes, length, &document, &why);
    return document;
}

static void demand(bool holds)
{
    if (!holds)
        abort();
}

/* A complete schema is one, and completing it again changes nothing. */
static void complete(struct json_object *schema)
{
    struct json_object *once = schema_complete(schema), *twice = schema_complete(once);
    struct json_object *errors = json_object_new_array();

    demand(schema_check(once, SCHEMA_PARAMETERS, errors) == OUTCOME_OK);
    demand(json_object_equal(once, twice));
    json_object_put(errors);
    json_object_put(twice);
    json_object_put(once);
}

static void check(struct json_object *schema, enum schema_dialect dialect, struct json_object *value)
{
    struct json_object *errors = json_object_new_array();

    if (schema_check(schema, dialect, errors) == OUTCOME_OK) {
        struct json_object *filled = schema_fill_defaults(schema, dialect, value);
        struct json_object *again = schema_fill_defaults(schema, dialect, filled);
        demand(json_object_equal(filled, again));
        if (dialect == SCHEMA_PARAMETERS)
            complete(schema);
        enum outcome outcome = schema_check_value(schema, dialect, filled, "parameters", errors);
        demand((outcome == OUTCOME_OK) == (json_object_array_length(errors) == 0));
        json_object_put(again);
        json_object_put(filled);
    }
    demand(json_object_array_length(errors) <= SCHEMA_ERRORS_MOST);
    json_object_put(errors);
}

void fuzz_schema(const char *bytes, size_t length)
{
    const char *line = memchr(bytes, '\n', length);
    size_t first = line ? (size_t)(line - bytes) : length;
    struct json_object *schema = parse(bytes, first);
    struct json_object *value = line ? parse(line + 1, length - first - 1) : NULL;

    check(schema, SCHEMA_PARAMETERS, value);
    check(schema, SCHEMA_TOOL, value);
    json_object_put(value);
    json_object_put(schema);
}
