#include "base/json.h"
#include "schema/check.h"
#include "schema/dialects.h"
#include "schema/errors.h"
#include "schema/types.h"

#include <string.h>

#define SCHEMAS_MOST 2000 /* in one another, all together */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct json_object *reference_target(struct json_object *root, const char *reference)
{
    static const char *const places[] = {"$defs", "definitions"};

    if (strcmp(reference, "#") == 0)
        return root;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t length = strlen(places[i]);
        if (strncmp(reference, "#/", 2) == 0 && strncmp(reference + 2, places[i], length) == 0 &&
            reference[2 + length] == '/')
            return json_member(json_member(root, places[i]), reference + 3 + length);
    }
    return NULL;
}

/* A walk through a schema. */
struct walk {
    struct json_object *root;
    struct json_object *errors;
    struct text path;
    int depth;
    int schemas;
};

static void walk_schema(struct walk *walk, struct json_object *schema);

/* Notes that the keyword at the path is wrong; the sentence says what it is that it must be. */
static void refuse(struct walk *walk, const char *fault)
{
    struct text sentence = TEXT_EMPTY;

    text_add(&sentence, walk->path.length > 0 ? text_string(&walk->path) : "The schema");
    text_add_format(&sentence, " %s.", fault);
    errors_add(walk->errors, text_string(&walk->path), text_string(&sentence));
    text_free(&sentence);
}

static void walk_list(struct walk *walk, struct json_object *list)
{
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0) {
        refuse(walk, "must be a list of schemas");
        return;
    }
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        size_t outside = path_enter_index(&walk->path, i);
        walk_schema(walk, json_object_array_get_idx(list, i));
        path_leave(&walk->path, outside);
    }
}

static void walk_members(struct walk *walk, struct json_object *members)
{
    if (!json_object_is_type(members, json_type_object)) {
        refuse(walk, "must be an object of schemas");
        return;
    }
    json_object_object_foreach(members, name, schema)
    {
        size_t outside = path_enter(&walk->path, name);
        walk_schema(walk, schema);
        path_leave(&walk->path, outside);
    }
}

static bool are_types(struct json_object *value)
{
    size_t count = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
    bool known = count > 0;

    if (json_object_is_type(value, json_type_string))
        return type_is_known(json_object_get_string(value));
    for (size_t i = 0; i < count && known; i++) {
        struct json_object *one = json_object_array_get_idx(value, i);
        known = json_object_is_type(one, json_type_string) && type_is_known(json_object_get_string(one));
    }
    return known;
}

static void check_types(struct walk *walk, struct json_object *value)
{
    if (!are_types(value))
        refuse(walk, "must be one of: string, integer, number, boolean, array, object, null, or a list of them");
}

static void check_names(struct walk *walk, struct json_object *value)
{
    bool fine = json_object_is_type(value, json_type_array);

    for (size_t i = 0; fine && i < json_object_array_length(value); i++)
        fine = json_object_is_type(json_object_array_get_idx(value, i), json_type_string);
    if (!fine)
        refuse(walk, "must be a list of names");
}

static void check_values(struct walk *walk, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_array) || json_object_array_length(value) == 0)
        refuse(walk, "must be a list of values");
}

static void check_count(struct walk *walk, struct json_object *value)
{
    if (type_count(value, -1) < 0)
        refuse(walk, "must be a whole number of 0 or more");
}

static void check_bound(struct walk *walk, struct json_object *value)
{
    if (!type_fits("number", value))
        refuse(walk, "must be a number");
}

static void check_flag(struct walk *walk, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_boolean))
        refuse(walk, "must be true or false");
}

static void check_string(struct walk *walk, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_string))
        refuse(walk, "must be a string");
}

static void check_expression(struct walk *walk, struct json_object *value)
{
    struct text why = TEXT_EMPTY;

    if (!pattern_is_fine(value, &why))
        refuse(walk, text_string(&why));
    text_free(&why);
}

/* A chain of references that leads to itself ends at a value by the limit of depth. */
static void check_reference(struct walk *walk, struct json_object *value)
{
    const char *reference = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";

    if (!reference_target(walk->root, reference))
        refuse(walk, "must be # or #/$defs/NAME, with a definition of that name; external schemas are not loaded");
}

static void refuse_keyword(struct walk *walk, struct json_object *value)
{
    (void)value;
    refuse(walk, "is not supported");
}

/* The keywords that say something about a value. Others only describe, as JSON Schema has it, and stay unread. */
static const struct {
    const char *name;
    void (*check)(struct walk *walk, struct json_object *value);
} keywords[] = {
    {"$ref", check_reference},
    {"$defs", walk_members},
    {"definitions", walk_members},
    {"type", check_types},
    {"enum", check_values},
    {"properties", walk_members},
    {"required", check_names},
    {"additionalProperties", walk_schema},
    {"items", walk_schema},
    {"minItems", check_count},
    {"maxItems", check_count},
    {"uniqueItems", check_flag},
    {"minLength", check_count},
    {"maxLength", check_count},
    {"pattern", check_expression},
    {"format", check_string},
    {"minimum", check_bound},
    {"maximum", check_bound},
    {"exclusiveMinimum", check_bound},
    {"exclusiveMaximum", check_bound},
    {"anyOf", walk_list},
    {"oneOf", walk_list},
    {"allOf", walk_list},
    {"$dynamicRef", refuse_keyword},
    {"not", refuse_keyword},
    {"if", refuse_keyword},
    {"prefixItems", refuse_keyword},
    {"contains", refuse_keyword},
    {"patternProperties", refuse_keyword},
    {"propertyNames", refuse_keyword},
    {"minProperties", refuse_keyword},
    {"maxProperties", refuse_keyword},
    {"dependentRequired", refuse_keyword},
    {"dependentSchemas", refuse_keyword},
    {"unevaluatedItems", refuse_keyword},
    {"unevaluatedProperties", refuse_keyword},
    {"multipleOf", refuse_keyword},
};

static void walk_keyword(struct walk *walk, const char *name, struct json_object *value)
{
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0) {
            size_t outside = path_enter(&walk->path, name);
            keywords[i].check(walk, value);
            path_leave(&walk->path, outside);
            return;
        }
}

static void walk_schema(struct walk *walk, struct json_object *schema)
{
    if (++walk->schemas > SCHEMAS_MOST || walk->depth >= DEPTH_MOST / 2) {
        if (walk->schemas <= SCHEMAS_MOST + 1)
            refuse(walk, "is nested too deep or has too many schemas");
        return;
    }
    if (json_object_is_type(schema, json_type_boolean))
        return;
    if (!json_object_is_type(schema, json_type_object)) {
        refuse(walk, "must be an object");
        return;
    }
    walk->depth++;
    json_object_object_foreach(schema, name, value)
    {
        walk_keyword(walk, name, value);
    }
    walk->depth--;
}

/* The arguments of a tool are an object, whatever else is said about them. */
static bool is_of_an_object(struct json_object *schema)
{
    const char *type = json_text(schema, "type");

    return json_object_is_type(schema, json_type_object) && type && strcmp(type, "object") == 0;
}

void tool_check(struct json_object *schema, struct json_object *errors)
{
    struct walk walk = {schema, errors, TEXT_EMPTY, 0, 0};

    if (!schema)
        return;
    if (is_of_an_object(schema))
        walk_schema(&walk, schema);
    else
        refuse(&walk, "must have the type \"object\"");
    text_free(&walk.path);
}
