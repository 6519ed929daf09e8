#include "targets.h"

#include "base/json.h"
#include "command/run_words.h"

#include <stdlib.h>
#include <string.h>

static const char schema_source[] =
    "{\"properties\":{\"a\":{\"type\":\"string\"},\"n\":{\"type\":\"number\"},\"b\":{\"type\":\"boolean\"},"
    "\"l\":{\"type\":\"array\"},\"o\":{\"type\":\"object\"},\"p\":{\"type\":\"string\",\"format\":\"password\"}}}";

static void add_quoted(struct text *message, const char *word)
{
    text_add(message, " '");
    for (; *word; word++)
        if (*word == '\'')
            text_add(message, "'\\''");
        else
            text_add_char(message, *word);
    text_add_char(message, '\'');
}

/* Words in quotation marks are the words that they were, and nothing but values. */
static void quote_all(const struct run_command *command)
{
    struct text message = TEXT_EMPTY, why = TEXT_EMPTY;
    struct run_command *again = NULL;

    text_add(&message, "/run");
    for (size_t i = 0; i < command->count; i++)
        add_quoted(&message, command->words[i].text);
    if (run_command_read(text_string(&message), &again, &why) != OUTCOME_OK || again->count != command->count)
        abort();
    for (size_t i = 0; i < command->count; i++)
        if (strcmp(again->words[i].text, command->words[i].text) != 0 || again->words[i].plain != 0)
            abort();
    run_command_free(again);
    text_free(&why);
    text_free(&message);
}

void fuzz_command(const char *bytes, size_t length)
{
    char *message = strndup(bytes, length);
    struct run_command *command = NULL;
    struct json_object *schema = json_tokener_parse(schema_source), *given = NULL;
    struct text why = TEXT_EMPTY;

    if (run_command_read(message, &command, &why) == OUTCOME_OK) {
        quote_all(command);
        if ((run_command_arguments(command, schema, &given, &why) == OUTCOME_OK) != (why.length == 0))
            abort();
        if (json_member(given, "p"))
            abort();
    }
    run_command_free(command);
    json_object_put(given);
    json_object_put(schema);
    text_free(&why);
    free(message);
}
