#include "fcgi/openapi/field.h"

#include <string.h>

/* The JSON Schema of each kind, before its limits. */
static const struct {
    const char *type;
    const char *format;
    const char *least, *most; /* the keywords of the limits, or NULL */
} kinds[] = {
    [FIELD_TEXT] = {"string", NULL, "minLength", "maxLength"},
    [FIELD_LINE] = {"string", NULL, "minLength", "maxLength"},
    [FIELD_NAME] = {"string", NULL, "minLength", "maxLength"},
    [FIELD_EMAIL] = {"string", "email", NULL, NULL},
    [FIELD_CODE] = {"string", NULL, NULL, "maxLength"},
    [FIELD_SECRET] = {"string", "password", "minLength", "maxLength"},
    [FIELD_INTEGER] = {"integer", NULL, "minimum", "maximum"},
    [FIELD_NUMBER] = {"number", NULL, "minimum", "maximum"},
    [FIELD_BOOLEAN] = {"boolean", NULL, NULL, NULL},
    [FIELD_UUID] = {"string", "uuid", NULL, NULL},
    [FIELD_CHOICE] = {"string", NULL, NULL, NULL},
    [FIELD_OBJECT] = {"object", NULL, NULL, NULL},
    [FIELD_TEXT_LIST] = {"array", NULL, "minItems", "maxItems"},
    [FIELD_UUID_LIST] = {"array", NULL, "minItems", "maxItems"},
    [FIELD_OBJECT_LIST] = {"array", NULL, "minItems", "maxItems"},
    [FIELD_TIME] = {"string", "date-time", NULL, NULL},
};

static struct json_object *choices_of(const struct field *field)
{
    struct json_object *list = json_object_new_array();
    for (const char *at = field->choices; *at;) {
        size_t length = strcspn(at, "|");
        json_object_array_add(list, json_object_new_string_len(at, (int)length));
        at += length + (at[length] == '|');
    }
    return list;
}

static void add_type(struct json_object *schema, const struct field *field)
{
    struct json_object *type = json_object_new_string(kinds[field->kind].type);
    if (field->nullable) {
        struct json_object *either = json_object_new_array();
        json_object_array_add(either, type);
        json_object_array_add(either, json_object_new_string("null"));
        type = either;
    }
    json_object_object_add(schema, "type", type);
    if (kinds[field->kind].format)
        json_object_object_add(schema, "format", json_object_new_string(kinds[field->kind].format));
    if (field->kind == FIELD_CODE)
        json_object_object_add(schema, "contentMediaType", json_object_new_string("text/plain"));
}

static void add_limits(struct json_object *schema, const struct field *field)
{
    const char *least = kinds[field->kind].least;
    const char *most = kinds[field->kind].most;
    bool is_string = strcmp(kinds[field->kind].type, "string") == 0;
    long long at_least = is_string && field->required && field->least < 1 ? 1 : field->least;
    if (least && (at_least > 0 || !is_string))
        json_object_object_add(schema, least, json_object_new_int64(at_least));
    if (most && (field->most > 0 || !is_string))
        json_object_object_add(schema, most, json_object_new_int64(field->most));
}

static void add_items(struct json_object *schema, const struct field *field)
{
    struct json_object *items = field->elements ? openapi_fields_schema(field->elements) : json_object_new_object();
    if (!field->elements)
        json_object_object_add(items, "type", json_object_new_string("string"));
    if (field->kind == FIELD_UUID_LIST)
        json_object_object_add(items, "format", json_object_new_string("uuid"));
    if (field->choices)
        json_object_object_add(items, "enum", choices_of(field));
    json_object_object_add(schema, "items", items);
}

struct json_object *openapi_field_schema(const struct field *field)
{
    struct json_object *schema = json_object_new_object();
    bool is_list = field->kind == FIELD_TEXT_LIST || field->kind == FIELD_UUID_LIST || field->kind == FIELD_OBJECT_LIST;
    add_type(schema, field);
    add_limits(schema, field);
    if (is_list) {
        add_items(schema, field);
    } else if (field->choices) {
        struct json_object *choices = choices_of(field);
        if (field->nullable)
            json_object_array_add(choices, NULL);
        json_object_object_add(schema, "enum", choices);
    }
    if (field->help)
        json_object_object_add(schema, "description", json_object_new_string(field->help));
    return schema;
}

struct json_object *openapi_fields_schema(const struct field *fields)
{
    struct json_object *schema = json_object_new_object();
    struct json_object *properties = json_object_new_object();
    struct json_object *required = json_object_new_array();
    for (; fields->name; fields++) {
        json_object_object_add(properties, fields->name, openapi_field_schema(fields));
        if (fields->required)
            json_object_array_add(required, json_object_new_string(fields->name));
    }
    json_object_object_add(schema, "type", json_object_new_string("object"));
    json_object_object_add(schema, "properties", properties);
    if (json_object_array_length(required) > 0)
        json_object_object_add(schema, "required", required);
    else
        json_object_put(required);
    json_object_object_add(schema, "additionalProperties", json_object_new_boolean(false));
    return schema;
}
