#include "schema/errors.h"

#include "base/characters.h"
#include "schema/schema.h"

#include <string.h>

void errors_add(struct json_object *errors, const char *field, const char *sentence)
{
    struct text shown = TEXT_EMPTY;

    if (json_object_array_length(errors) >= SCHEMA_ERRORS_MOST)
        return;
    struct json_object *error = json_object_new_object();
    text_add_characters(&shown, sentence, SENTENCE_SHOWN_MOST);
    json_object_object_add(error, "field", json_object_new_string(field));
    json_object_object_add(error, "message", json_object_new_string(text_string(&shown)));
    json_object_array_add(errors, error);
    text_free(&shown);
}

size_t path_enter(struct text *path, const char *name)
{
    size_t length = path->length;

    if (length > 0)
        text_add_char(path, '.');
    text_add_characters(path, name, NAME_SHOWN_MOST);
    return length;
}

size_t path_enter_index(struct text *path, size_t index)
{
    size_t length = path->length;

    text_add_format(path, length > 0 ? ".%zu" : "%zu", index);
    return length;
}

void path_leave(struct text *path, size_t length)
{
    path->length = length;
    if (path->bytes)
        path->bytes[length] = '\0';
}

bool names_have(struct json_object *names, const char *name)
{
    size_t count = json_object_is_type(names, json_type_array) ? json_object_array_length(names) : 0;

    for (size_t i = 0; i < count; i++) {
        struct json_object *entry = json_object_array_get_idx(names, i);
        if (json_object_is_type(entry, json_type_string) && strcmp(json_object_get_string(entry), name) == 0)
            return true;
    }
    return false;
}
