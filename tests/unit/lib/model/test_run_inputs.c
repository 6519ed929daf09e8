#include "model/run_inputs.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA                                                                                                         \
    "{\"properties\": {\"who\": {\"type\": \"string\"}, \"n\": {\"type\": \"number\"},"                                \
    " \"word\": {\"type\": \"string\", \"format\": \"password\"}, \"pin\": {\"type\": \"string\", \"format\": "        \
    "\"password\"}}}"

static const struct config config = {.secret_key = "0123456789abcdef0123456789abcdef"};

/* What is stored of these inputs, which the caller puts; *sealed is freed by the caller. */
static struct json_object *stored_of(const char *inputs, char **sealed)
{
    struct json_object *schema = json_tokener_parse(SCHEMA), *given = NULL;
    const char *why = NULL;

    cr_assert_eq(json_parse_whole(inputs, strlen(inputs), &given, &why), OUTCOME_OK);
    cr_assert_eq(run_inputs_seal(&config, schema, given, sealed), OUTCOME_OK);
    json_object_put(schema);
    return given;
}

Test(run_inputs, passwords_are_stored_sealed_and_come_back)
{
    char *sealed = NULL;
    struct text opened = TEXT_EMPTY;
    struct json_object *stored =
        stored_of("{\"n\": 5, \"pin\": \"4711 \\u00e4\", \"who\": \"w\", \"word\": \"\"}", &sealed);
    const char *json = json_object_to_json_string_ext(stored, JSON_C_TO_STRING_PLAIN);

    cr_expect_str_eq(json, "{\"n\":5,\"pin\":null,\"who\":\"w\",\"word\":null}");
    cr_assert_not_null(sealed);
    cr_expect_null(strstr(sealed, "4711"));
    cr_expect_eq(run_inputs_open(&config, "{\"n\": 5, \"who\": \"w\"}", sealed, &opened), OUTCOME_OK);
    cr_expect_str_eq(text_string(&opened), "{\"n\": 5, \"who\": \"w\", \"pin\":\"4711 ä\",\"word\":\"\"}");
    json_object_put(stored);
    text_free_secret(&opened);
    free(sealed);
}

Test(run_inputs, inputs_without_passwords_stay_as_they_are)
{
    char *sealed = NULL;
    struct text opened = TEXT_EMPTY;
    struct json_object *stored = stored_of("{\"who\": \"word\", \"word\": null, \"other\": \"x\"}", &sealed);

    cr_expect_null(sealed);
    cr_expect_str_eq(json_object_to_json_string_ext(stored, JSON_C_TO_STRING_PLAIN),
                     "{\"who\":\"word\",\"word\":null,\"other\":\"x\"}");
    cr_expect_eq(run_inputs_open(&config, "{\"n\": 1e2}", NULL, &opened), OUTCOME_OK);
    cr_expect_str_eq(text_string(&opened), "{\"n\": 1e2}");
    json_object_put(stored);
    text_free(&opened);
}

Test(run_inputs, a_run_may_have_nothing_but_a_password)
{
    char *sealed = NULL;
    struct text opened = TEXT_EMPTY;
    struct json_object *stored = stored_of("{\"pin\": \"4711\"}", &sealed);

    cr_expect_eq(run_inputs_open(&config, "{}", sealed, &opened), OUTCOME_OK);
    cr_expect_str_eq(text_string(&opened), "{\"pin\":\"4711\"}");
    json_object_put(stored);
    text_free_secret(&opened);
    free(sealed);
}

Test(run_inputs, another_key_opens_nothing)
{
    static const struct config other = {.secret_key = "another key of thirty-two letters"};
    char *sealed = NULL;
    struct text opened = TEXT_EMPTY;
    struct json_object *stored = stored_of("{\"pin\": \"4711\"}", &sealed);

    cr_expect_neq(run_inputs_open(&other, "{}", sealed, &opened), OUTCOME_OK);
    cr_expect_eq(opened.length, 0);
    json_object_put(stored);
    text_free(&opened);
    free(sealed);
}
