#include "model/script_parameters.h"

#include "schema/schema.h"

#include <stdlib.h>
#include <string.h>

enum outcome script_parameters_complete(struct json_object *body, bool is_new, struct text *why)
{
    struct json_object *schema = NULL, *errors = json_object_new_array();
    bool is_given = json_object_object_get_ex(body, "parameters", &schema) != 0;
    enum outcome outcome = schema_check(schema, SCHEMA_PARAMETERS, errors);

    if (outcome != OUTCOME_OK)
        text_add(why, json_text(json_object_array_get_idx(errors, 0), "message"));
    else if (is_given || is_new)
        json_object_object_add(body, "parameters", schema_complete(schema));
    json_object_put(errors);
    return outcome;
}

/* jsonb writes 1e-300 with all its digits, which is more than is taken from outside. */
enum outcome script_choice_read(struct db *db, struct script_choice *choice)
{
    *choice = (struct script_choice){NULL, NULL, NULL};
    if (db_rows(db) == 0)
        return OUTCOME_ABSENT;
    choice->script = strdup(db_value(db, 0, 0));
    choice->version = strdup(db_value(db, 0, 1));
    choice->schema = json_tokener_parse(db_value(db, 0, 2));
    return OUTCOME_OK;
}

void script_choice_free(struct script_choice *choice)
{
    free(choice->script);
    free(choice->version);
    json_object_put(choice->schema);
}

enum outcome script_parameters_check(const struct script_choice *choice, struct json_object *given,
                                     struct json_object **inputs, struct json_object *errors)
{
    *inputs = schema_fill_defaults(choice->schema, SCHEMA_PARAMETERS, given);
    enum outcome outcome = schema_check_value(choice->schema, SCHEMA_PARAMETERS, *inputs, "parameters", errors);

    if (outcome != OUTCOME_OK) {
        json_object_put(*inputs);
        *inputs = NULL;
    }
    return outcome;
}
