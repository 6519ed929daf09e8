/* "/run …": every case of commands.json. The browser reads the same ones to complete a command. */
#include "../schema/vectors.h"

#include "base/json.h"
#include "command/run_words.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_words(const struct run_command *command, struct json_object *one)
{
    struct json_object *words = json_object_new_array();
    for (size_t i = 0; i < command->count; i++)
        json_object_array_add(words, json_object_new_string(command->words[i].text));
    if (json_member(one, "words"))
        cr_expect_str_eq(vectors_shown(words), vectors_shown(json_member(one, "words")), "%s",
                         json_text(one, "message"));
    cr_expect_str_eq(run_command_name(command), command->words[0].text);
    json_object_put(words);
}

static void expect_given(const struct run_command *command, struct json_object *schema, struct json_object *one,
                         struct text *why)
{
    struct json_object *given = NULL;
    enum outcome outcome = run_command_arguments(command, schema, &given, why);
    cr_expect_eq(outcome, json_text(one, "error") ? OUTCOME_INVALID : OUTCOME_OK, "%s: %s", json_text(one, "message"),
                 text_string(why));
    cr_expect_eq(given != NULL, outcome == OUTCOME_OK);
    if (given && json_member(one, "given"))
        cr_expect_str_eq(vectors_shown(given), vectors_shown(json_member(one, "given")), "%s",
                         json_text(one, "message"));
    json_object_put(given);
}

static void expect_absence(const struct run_command *command, struct json_object *one)
{
    struct text sentence = TEXT_EMPTY;
    run_command_explain_absence(command, &sentence);
    if (json_text(one, "absence"))
        cr_expect_str_eq(text_string(&sentence), json_text(one, "absence"));
    text_free(&sentence);
}

Test(run_command, words_are_read_as_a_shell_does_and_given_to_parameters)
{
    struct json_object *document = vectors_load("commands.json"), *cases = json_member(document, "messages");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        const char *message = json_text(one, "message"), *error = json_text(one, "error");
        struct run_command *command = NULL;
        struct text why = TEXT_EMPTY;
        enum outcome outcome = run_command_read(message, &command, &why);
        cr_expect_eq(outcome == OUTCOME_ABSENT, json_flag(one, "absent", false), "%s", message);
        cr_expect_eq(command != NULL, outcome == OUTCOME_OK);
        if (command) {
            expect_words(command, one);
            expect_absence(command, one);
            expect_given(command, json_member(document, "schema"), one, &why);
        }
        cr_expect_str_eq(text_string(&why), error ? error : "", "%s", message);
        run_command_free(command);
        text_free(&why);
    }
    json_object_put(document);
}

Test(run_command, without_an_order_the_properties_have_one)
{
    struct json_object *schema = json_tokener_parse("{\"properties\":{\"b\":{\"type\":\"string\"},\"a\":{}}}"),
                       *given = NULL;
    struct run_command *command = NULL;
    struct text why = TEXT_EMPTY;
    cr_assert_eq(run_command_read("/run s 1 2", &command, &why), OUTCOME_OK);
    cr_assert_eq(run_command_arguments(command, schema, &given, &why), OUTCOME_OK);
    cr_expect_str_eq(vectors_shown(given), "{\"b\":\"1\",\"a\":\"2\"}");
    json_object_put(given);
    cr_expect_eq(run_command_arguments(command, NULL, &given, &why), OUTCOME_INVALID);
    cr_expect_str_eq(text_string(&why), "Too many values: no parameter is left for \"1\".");
    text_free(&why);
    run_command_free(command);
    json_object_put(schema);
}
