/* Query strings: decoding, and typing by the field table. */
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "fcgi/input/fields.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding; false when malformed, not UTF-8, or with a NUL inside. */
static bool decode(const char *bytes, size_t length, struct text *decoded)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '%') {
            text_add_char(decoded, bytes[i] == '+' ? ' ' : bytes[i]);
            continue;
        }
        int high = i + 2 < length ? hex_value(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_value(bytes[i + 2]) : -1;
        if (low < 0)
            return false;
        text_add_char(decoded, (char)(high << 4 | low));
        i += 2;
    }
    return utf8_is_valid(text_string(decoded), decoded->length);
}

static const struct field *find_field(const struct field *fields, const char *name)
{
    for (; fields && fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static struct json_object *list_value(const char *string)
{
    struct json_object *list = json_object_new_array();
    while (*string) {
        size_t length = strcspn(string, ",");
        json_object_array_add(list, json_object_new_string_len(string, (int)length));
        string += length + (string[length] == ',');
    }
    return list;
}

/* A value that does not parse as its type stays a string; the check then reports the expected type. */
static struct json_object *typed_value(const struct field *field, const char *string)
{
    long long integer = 0;
    char *end = NULL;
    switch (field ? field->kind : FIELD_TEXT) {
    case FIELD_INTEGER:
        if (number_parse(string, LLONG_MIN, LLONG_MAX, &integer) == OUTCOME_OK)
            return json_object_new_int64(integer);
        break;
    case FIELD_NUMBER: {
        double number = strtod(string, &end);
        if (*string && strspn(string, "0123456789.-+eE") == strlen(string) && !*end && isfinite(number))
            return json_object_new_double(number);
        break;
    }
    case FIELD_BOOLEAN:
        if (strcmp(string, "true") == 0 || strcmp(string, "false") == 0)
            return json_object_new_boolean(string[0] == 't');
        break;
    case FIELD_TEXT_LIST:
    case FIELD_UUID_LIST: return list_value(string);
    default: break;
    }
    return json_object_new_string(string);
}

static void take_parameter(const struct field *fields, const char *at, size_t length, struct json_object *object,
                           struct json_object *errors)
{
    struct text name = TEXT_EMPTY;
    struct text value = TEXT_EMPTY;
    const char *equals = memchr(at, '=', length);
    size_t name_length = equals ? (size_t)(equals - at) : length;
    if (!decode(at, name_length, &name)) {
        fields_error(errors, "", "The name of a query parameter is not valid.");
        goto done;
    }
    if (equals && !decode(equals + 1, length - name_length - 1, &value)) {
        fields_error(errors, text_string(&name), "Is not valid percent-encoded UTF-8.");
        goto done;
    }
    if (json_object_object_get_ex(object, text_string(&name), NULL))
        fields_error(errors, text_string(&name), "Must not be given twice.");
    else
        json_object_object_add(object, text_string(&name),
                               typed_value(find_field(fields, text_string(&name)), text_string(&value)));
done:
    text_free(&name);
    text_free(&value);
}

enum outcome fields_from_query(const struct field *fields, const char *query, struct json_object **object,
                               struct json_object *errors)
{
    size_t before = json_object_array_length(errors);
    *object = json_object_new_object();
    while (query && *query) {
        size_t length = strcspn(query, "&");
        if (length > 0)
            take_parameter(fields, query, length, *object, errors);
        query += length + (query[length] == '&');
    }
    fields_check(fields, *object, errors);
    return json_object_array_length(errors) > before ? OUTCOME_INVALID : OUTCOME_OK;
}
