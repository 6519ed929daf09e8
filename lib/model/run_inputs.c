#include "model/run_inputs.h"

#include "base/secretbox.h"
#include "words/words.h"

#include <stdlib.h>
#include <string.h>

bool run_input_is_password(struct json_object *schema, const char *name)
{
    const char *format = json_text(json_member(json_member(schema, "properties"), name), "format");

    return format && strcmp(format, "password") == 0;
}

/* Adds the passwords among the inputs. */
static void add_passwords(struct json_object *passwords, struct json_object *schema, struct json_object *inputs)
{
    json_object_object_foreach(inputs, name, value)
    {
        if (json_object_is_type(value, json_type_string) && run_input_is_password(schema, name))
            json_object_object_add(passwords, name, json_object_get(value));
    }
}

static void blank(struct json_object *inputs, struct json_object *passwords)
{
    json_object_object_foreach(passwords, name, value)
    {
        (void)value;
        json_object_object_add(inputs, name, NULL);
    }
}

enum outcome run_inputs_seal(const struct config *config, struct json_object *schema, struct json_object *inputs,
                             char **sealed)
{
    struct json_object *passwords = json_object_new_object();
    struct text box = TEXT_EMPTY;
    enum outcome outcome = OUTCOME_OK;

    *sealed = NULL;
    if (json_object_is_type(inputs, json_type_object))
        add_passwords(passwords, schema, inputs);
    if (json_object_object_length(passwords) > 0) {
        outcome = secret_seal(config, sealed_rows[SEALED_RUN_INPUT].name,
                              json_object_to_json_string_ext(passwords, JSON_C_TO_STRING_PLAIN), &box);
        blank(inputs, passwords);
        *sealed = text_format("%s", text_string(&box));
    }
    text_free(&box);
    json_object_put(passwords);
    return outcome;
}

/* Both are texts of objects; the digits of numbers stay as they are. */
enum outcome run_inputs_open(const struct config *config, const char *inputs, const char *sealed, struct text *opened)
{
    struct text passwords = TEXT_EMPTY;
    size_t length = strlen(inputs);
    enum outcome outcome = OUTCOME_OK;

    if (sealed)
        outcome = secret_open_fresh(config, sealed_rows[SEALED_RUN_INPUT].name, sealed, &passwords);
    if (outcome == OUTCOME_OK && sealed) {
        text_add_bytes(opened, inputs, length - 1);
        text_add(opened, length > 2 ? ", " : "");
        text_add(opened, text_string(&passwords) + 1);
    } else if (outcome == OUTCOME_OK) {
        text_add(opened, inputs);
    }
    text_free_secret(&passwords);
    return outcome;
}
