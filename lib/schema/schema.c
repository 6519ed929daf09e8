#include "base/json.h"
#include "schema/dialects.h"
#include "schema/errors.h"

/* In PARAMETERS a form sends an empty text where nothing was written. */
static bool counts_as_given(struct json_object *schema, enum schema_dialect dialect, const char *name,
                            struct json_object *value)
{
    if (dialect == SCHEMA_TOOL)
        return true;
    if (!value)
        return false;
    return !json_object_is_type(value, json_type_string) || json_object_get_string_len(value) > 0 ||
           !names_have(json_member(schema, "required"), name);
}

static void add_defaults(struct json_object *schema, struct json_object *filled)
{
    struct json_object *properties = json_member(schema, "properties");

    if (!json_object_is_type(properties, json_type_object))
        return;
    json_object_object_foreach(properties, name, rule)
    {
        struct json_object *value = NULL;
        if (!json_object_object_get_ex(filled, name, NULL) && json_object_is_type(rule, json_type_object) &&
            json_object_object_get_ex(rule, "default", &value))
            json_object_object_add(filled, name, json_object_get(value));
    }
}

struct json_object *schema_fill_defaults(struct json_object *schema, enum schema_dialect dialect,
                                         struct json_object *given)
{
    struct json_object *filled = json_object_new_object();

    if (json_object_is_type(given, json_type_object)) {
        json_object_object_foreach(given, name, value)
        {
            if (counts_as_given(schema, dialect, name, value))
                json_object_object_add(filled, name, json_object_get(value));
        }
    }
    add_defaults(schema, filled);
    return filled;
}

enum outcome schema_check(struct json_object *schema, enum schema_dialect dialect, struct json_object *errors)
{
    size_t before = json_object_array_length(errors);

    if (dialect == SCHEMA_PARAMETERS)
        parameters_check(schema, errors);
    else
        tool_check(schema, errors);
    return json_object_array_length(errors) > before ? OUTCOME_INVALID : OUTCOME_OK;
}
