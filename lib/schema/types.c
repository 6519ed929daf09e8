#include "schema/types.h"

#include <math.h>
#include <string.h>

static bool is_number(struct json_object *value)
{
    return json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);
}

static bool is_whole(struct json_object *value)
{
    if (!is_number(value))
        return false;
    long double number = type_number(value);
    return number == truncl(number) && fabsl(number) <= WHOLE_MOST;
}

static const struct {
    const char *name;
    const char *words;
    enum json_type type; /* of json-c, where that is all */
} types[] = {
    {"string", "a string", json_type_string}, {"integer", "a whole number", json_type_int},
    {"number", "a number", json_type_double}, {"boolean", "true or false", json_type_boolean},
    {"array", "a list", json_type_array},     {"object", "an object", json_type_object},
    {"null", "null", json_type_null},
};

static int find_type(const char *name)
{
    for (int i = 0; i < (int)(sizeof types / sizeof *types); i++)
        if (strcmp(types[i].name, name) == 0)
            return i;
    return -1;
}

bool type_is_known(const char *type)
{
    return find_type(type) >= 0;
}

bool type_fits(const char *type, struct json_object *value)
{
    int found = find_type(type);

    if (found < 0)
        return false;
    switch (types[found].type) {
    case json_type_int: return is_whole(value);
    case json_type_double: return is_number(value);
    default: return json_object_is_type(value, types[found].type);
    }
}

const char *type_words(const char *type)
{
    int found = find_type(type);

    return found < 0 ? type : types[found].words;
}

long double type_number(struct json_object *value)
{
    if (json_object_is_type(value, json_type_int))
        return (long double)json_object_get_int64(value);
    return (long double)json_object_get_double(value);
}

long long type_count(struct json_object *value, long long fallback)
{
    return is_whole(value) && type_number(value) >= 0 ? (long long)type_number(value) : fallback;
}

static bool arrays_equal(struct json_object *one, struct json_object *other, long *work)
{
    size_t count = json_object_array_length(one);

    if (count != json_object_array_length(other))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!values_equal(json_object_array_get_idx(one, i), json_object_array_get_idx(other, i), work))
            return false;
    return true;
}

static bool objects_equal(struct json_object *one, struct json_object *other, long *work)
{
    if (json_object_object_length(one) != json_object_object_length(other))
        return false;
    json_object_object_foreach(one, name, member)
    {
        struct json_object *opposite = NULL;
        if (!json_object_object_get_ex(other, name, &opposite) || !values_equal(member, opposite, work))
            return false;
    }
    return true;
}

static bool strings_equal(struct json_object *one, struct json_object *other, long *work)
{
    int length = json_object_get_string_len(one);

    *work -= length / 16;
    return length == json_object_get_string_len(other) &&
           memcmp(json_object_get_string(one), json_object_get_string(other), (size_t)length) == 0;
}

bool values_equal(struct json_object *one, struct json_object *other, long *work)
{
    *work -= 4;
    if (*work <= 0)
        return false;
    if (is_number(one) && is_number(other))
        return type_number(one) == type_number(other);
    if (json_object_get_type(one) != json_object_get_type(other))
        return false;
    switch (json_object_get_type(one)) {
    case json_type_array: return arrays_equal(one, other, work);
    case json_type_object: return objects_equal(one, other, work);
    case json_type_string: return strings_equal(one, other, work);
    case json_type_boolean: return json_object_get_boolean(one) == json_object_get_boolean(other);
    default: return true;
    }
}
