#include "fcgi/openapi/parts.h"

#include "base/text.h"

#include <stdlib.h>

struct json_object *part_parsed(const char *text)
{
    struct json_object *object = json_tokener_parse(text);
    if (!object)
        abort(); /* our own literals; the unit tests parse them all */
    return object;
}

struct json_object *part_reference(const char *kind, const char *name)
{
    char *target = text_format("#/components/%s/%s", kind, name);
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "$ref", json_object_new_string(target));
    free(target);
    return object;
}
