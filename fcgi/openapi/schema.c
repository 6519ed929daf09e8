/* The notation of schemas.c as JSON Schema. */
#include "fcgi/openapi/openapi.h"

#include <stdlib.h>
#include <string.h>

static void add(struct json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, json_object_new_string(value));
}

static bool is_word(const char *type, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(type, word, length) == 0;
}

static const struct openapi_schema *find_schema(const char *name, size_t length)
{
    for (const struct openapi_schema *schema = openapi_schemas; schema->name; schema++)
        if (is_word(name, length, schema->name))
            return schema;
    return NULL;
}

/* "RoomList": a page of what comes before "List". */
static size_t page_item_length(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, "List") == 0 && find_schema(name, length - 4) ? length - 4 : 0;
}

static bool is_list(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && strcmp(name + length - 2, "[]") == 0;
}

bool openapi_has_schema(const char *name)
{
    const char *bar = strchr(name, '|');
    if (bar)
        return find_schema(name, (size_t)(bar - name)) && openapi_has_schema(bar + 1);
    return find_schema(name, strlen(name) - (is_list(name) ? 2 : 0)) || page_item_length(name) > 0;
}

static void add_values(struct json_object *schema, const char *type, size_t length)
{
    struct json_object *values = json_object_new_array();
    for (size_t begin = 0; begin < length;) {
        size_t word = strcspn(type + begin, "|? []");
        json_object_array_add(values, json_object_new_string_len(type + begin, (int)word));
        begin += word + 1;
    }
    add(schema, "type", "string");
    json_object_object_add(schema, "enum", values);
}

static struct json_object *reference_to(const char *name, size_t length)
{
    struct json_object *schema = json_object_new_object();
    char *target = text_format("#/components/schemas/%.*s", (int)length, name);
    add(schema, "$ref", target);
    free(target);
    return schema;
}

static struct json_object *plain_type(const char *type, size_t length)
{
    static const struct {
        const char *word, *type, *format;
    } words[] = {
        {"text", "string", NULL},   {"id", "string", "uuid"},    {"whole", "integer", NULL},
        {"number", "number", NULL}, {"flag", "boolean", NULL},   {"time", "string", "date-time"},
        {"object", "object", NULL}, {"numbers", "object", NULL}, {"any", NULL, NULL},
    };
    if (find_schema(type, length))
        return reference_to(type, length);
    struct json_object *schema = json_object_new_object();
    if (is_word(type, length, "numbers"))
        json_object_object_add(schema, "additionalProperties", plain_type("number", strlen("number")));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_word(type, length, words[i].word))
            continue;
        if (words[i].type)
            add(schema, "type", words[i].type);
        if (words[i].format)
            add(schema, "format", words[i].format);
        return schema;
    }
    add_values(schema, type, length);
    return schema;
}

static struct json_object *list_of(struct json_object *items)
{
    struct json_object *schema = json_object_new_object();
    add(schema, "type", "array");
    json_object_object_add(schema, "items", items);
    return schema;
}

static struct json_object *or_null(struct json_object *schema)
{
    struct json_object *either = json_object_new_object();
    struct json_object *list = json_object_new_array();
    struct json_object *null = json_object_new_object();
    add(null, "type", "null");
    json_object_array_add(list, schema);
    json_object_array_add(list, null);
    json_object_object_add(either, "anyOf", list);
    return either;
}

static struct json_object *member_schema(const char *type)
{
    size_t length = strcspn(type, "[? ");
    struct json_object *schema = plain_type(type, length);
    const char *rest = type + length;
    if (strncmp(rest, "[]", 2) == 0) {
        schema = list_of(schema);
        rest += 2;
    }
    return *rest == '?' ? or_null(schema) : schema;
}

static struct json_object *object_schema(const char *members)
{
    struct json_object *schema = json_object_new_object();
    struct json_object *properties = json_object_new_object();
    struct json_object *required = json_object_new_array();
    for (const char *at = members; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        size_t length = strcspn(at, "?:");
        bool optional = at[length] == '?';
        char *name = strndup(at, length);
        json_object_object_add(properties, name, member_schema(at + length + (optional ? 2 : 1)));
        if (!optional)
            json_object_array_add(required, json_object_new_string(name));
        free(name);
    }
    add(schema, "type", "object");
    json_object_object_add(schema, "properties", properties);
    json_object_object_add(schema, "required", required);
    json_object_object_add(schema, "additionalProperties", json_object_new_boolean(false));
    return schema;
}

static struct json_object *page_schema(const char *item)
{
    char *members = text_format("items:%s[] next:text?", item);
    struct json_object *schema = object_schema(members);
    free(members);
    return schema;
}

/* Only the pages that a route answers with. */
static void add_pages(struct json_object *schemas, const struct route *route)
{
    for (; route->path; route++) {
        size_t length = route->schema ? page_item_length(route->schema) : 0;
        if (length > 0 && !json_object_object_get_ex(schemas, route->schema, NULL)) {
            char *item = strndup(route->schema, length);
            json_object_object_add(schemas, route->schema, page_schema(item));
            free(item);
        }
    }
}

struct json_object *openapi_schemas_json(const struct route *const *tables)
{
    struct json_object *schemas = json_object_new_object();
    for (const struct openapi_schema *schema = openapi_schemas; schema->name; schema++)
        json_object_object_add(schemas, schema->name, object_schema(schema->members));
    for (; *tables; tables++)
        add_pages(schemas, *tables);
    return schemas;
}
