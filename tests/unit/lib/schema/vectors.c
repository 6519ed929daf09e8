#include "vectors.h"

#include "base/json.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define FILE_MOST (1 << 20)

struct json_object *vectors_load(const char *name)
{
    char *path = text_format(VECTORS "/%s", name);
    char *bytes = malloc(FILE_MOST);
    FILE *file = fopen(path, "rb");
    struct json_object *document = NULL;
    const char *why = "";
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(bytes, 1, FILE_MOST, file);
    fclose(file);
    cr_assert_eq(json_parse(bytes, length, &document, &why), OUTCOME_OK, "%s: %s", path, why);
    free(bytes);
    free(path);
    return document;
}

bool vectors_error_is(struct json_object *errors, const char *field, const char *sentence)
{
    struct json_object *error = json_object_array_length(errors) > 0 ? json_object_array_get_idx(errors, 0) : NULL;
    const char *found = json_text(error, "field"), *message = json_text(error, "message");
    return found && message && strcmp(found, field) == 0 && strcmp(message, sentence) == 0;
}

const char *vectors_shown(struct json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}
