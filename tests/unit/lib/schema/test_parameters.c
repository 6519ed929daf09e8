/* What a script takes: every case of parameters.json and values.json with its sentence, and what they cannot hold. */
#include "vectors.h"

#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static struct json_object *parse(const char *source)
{
    struct json_object *document = NULL;
    const char *why = "";
    cr_assert_eq(json_parse(source, strlen(source), &document, &why), OUTCOME_OK, "%s: %s", source, why);
    return document;
}

Test(parameters, a_schema_is_taken_or_refused_with_its_sentence)
{
    struct json_object *cases = vectors_load("parameters.json");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i), *errors = json_object_new_array();
        struct json_object *schema = json_member(one, "schema");
        const char *sentence = json_text(one, "error");
        enum outcome outcome = schema_check(schema, SCHEMA_PARAMETERS, errors);
        cr_expect_eq(outcome, sentence ? OUTCOME_INVALID : OUTCOME_OK, "%s", vectors_shown(schema));
        cr_expect(sentence ? vectors_error_is(errors, json_text(one, "field"), sentence)
                           : json_object_array_length(errors) == 0,
                  "%s: %s", vectors_shown(schema), vectors_shown(errors));
        json_object_put(errors);
    }
    json_object_put(cases);
}

Test(parameters, every_rule_that_is_wrong_is_told)
{
    struct json_object *schema =
        parse("{\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"},\"c\":{\"type\":\"integer\",\"x\":1}}}");
    struct json_object *errors = json_object_new_array();
    cr_expect_eq(schema_check(schema, SCHEMA_PARAMETERS, errors), OUTCOME_INVALID);
    cr_assert_eq(json_object_array_length(errors), 2);
    cr_expect_str_eq(json_text(json_object_array_get_idx(errors, 1), "field"), "properties.c.x");
    cr_expect_eq(schema_check(NULL, SCHEMA_PARAMETERS, errors), OUTCOME_OK);
    json_object_put(errors);
    json_object_put(schema);
}

/* A schema with one parameter of this rule. */
static struct json_object *schema_of(struct json_object *rule)
{
    struct json_object *schema = json_object_new_object(), *properties = json_object_new_object();
    json_object_object_add(properties, "a", json_object_get(rule));
    json_object_object_add(schema, "properties", properties);
    return schema;
}

static struct json_object *check_one(struct json_object *rule, struct json_object *value)
{
    struct json_object *schema = schema_of(rule), *given = json_object_new_object(), *errors = json_object_new_array();
    json_object_object_add(given, "a", json_object_get(value));
    enum outcome outcome = schema_check_value(schema, SCHEMA_PARAMETERS, given, "parameters", errors);
    cr_expect_eq(outcome == OUTCOME_OK, json_object_array_length(errors) == 0);
    cr_expect_eq(schema_check(schema, SCHEMA_PARAMETERS, errors), OUTCOME_OK, "%s", vectors_shown(schema));
    json_object_put(given);
    json_object_put(schema);
    return errors;
}

static void expect_values(struct json_object *rule, struct json_object *good, struct json_object *bad)
{
    for (size_t i = 0; i < json_object_array_length(good); i++) {
        struct json_object *errors = check_one(rule, json_object_array_get_idx(good, i));
        cr_expect_eq(json_object_array_length(errors), 0, "%s: %s", vectors_shown(rule), vectors_shown(errors));
        json_object_put(errors);
    }
    for (size_t i = 0; i < json_object_array_length(bad); i++) {
        struct json_object *one = json_object_array_get_idx(bad, i);
        struct json_object *errors = check_one(rule, json_object_array_get_idx(one, 0));
        const char *sentence = json_object_get_string(json_object_array_get_idx(one, 1));
        cr_expect(vectors_error_is(errors, "parameters.a", sentence), "%s, %s: %s", vectors_shown(rule),
                  vectors_shown(one), vectors_shown(errors));
        json_object_put(errors);
    }
}

Test(parameters, values_are_judged_by_their_rule)
{
    struct json_object *cases = vectors_load("values.json");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        expect_values(json_member(one, "rule"), json_member(one, "good"), json_member(one, "bad"));
    }
    json_object_put(cases);
}

static size_t errors_of_text(const char *rule_source, const char *character, size_t count, bool in_list)
{
    struct json_object *rule = parse(rule_source);
    struct text text = TEXT_EMPTY;
    for (size_t i = 0; i < count; i++)
        text_add(&text, character);
    struct json_object *value = json_object_new_string(text_string(&text)), *list = json_object_new_array();
    json_object_array_add(list, json_object_get(value));
    struct json_object *errors = check_one(rule, in_list ? list : value);
    size_t found = json_object_array_length(errors);
    json_object_put(errors);
    json_object_put(list);
    json_object_put(value);
    json_object_put(rule);
    text_free(&text);
    return found;
}

Test(parameters, a_text_has_at_most_16000_characters_unless_its_rule_says_less)
{
    cr_expect_eq(errors_of_text("{\"type\":\"string\"}", "ä", 16000, false), 0);
    cr_expect_eq(errors_of_text("{\"type\":\"string\"}", "ä", 16001, false), 1);
    cr_expect_eq(errors_of_text("{\"type\":\"string\",\"maxLength\":2.0}", "ä", 3, false), 1);
    cr_expect_eq(errors_of_text("{\"type\":\"array\"}", "ä", 16000, true), 0);
    cr_expect_eq(errors_of_text("{\"type\":\"array\"}", "ä", 16001, true), 1);
}

static const char filled_schema[] = "{\"properties\":{\"r\":{\"type\":\"string\"},\"d\":{\"type\":\"integer\","
                                    "\"default\":4},\"o\":{\"type\":\"string\"}},"
                                    "\"required\":[\"r\"]}";

static void expect_filled(enum schema_dialect dialect, const char *given_source, const char *filled_source)
{
    struct json_object *schema = parse(filled_schema), *given = parse(given_source);
    struct json_object *filled = schema_fill_defaults(schema, dialect, given);
    cr_expect_str_eq(vectors_shown(filled), filled_source);
    json_object_put(filled);
    json_object_put(given);
    json_object_put(schema);
}

Test(parameters, defaults_fill_what_was_not_given)
{
    expect_filled(SCHEMA_PARAMETERS, "{}", "{\"d\":4}");
    expect_filled(SCHEMA_PARAMETERS, "{\"r\":\"x\",\"d\":null}", "{\"r\":\"x\",\"d\":4}");
    expect_filled(SCHEMA_PARAMETERS, "{\"r\":\"\",\"d\":0,\"o\":\"\"}", "{\"d\":0,\"o\":\"\"}");
    expect_filled(SCHEMA_PARAMETERS, "{\"other\":1}", "{\"other\":1,\"d\":4}");
    expect_filled(SCHEMA_TOOL, "{\"r\":\"\",\"o\":null}", "{\"r\":\"\",\"o\":null,\"d\":4}");
}

Test(parameters, each_that_is_wrong_is_named)
{
    struct json_object *schema =
        parse("{\"properties\":{\"n\":{\"type\":\"integer\"},\"c\":{\"type\":\"string\"}},\"required\":[\"n\"]}");
    struct json_object *given = parse("{\"c\":1,\"q\":1}"), *errors = json_object_new_array();
    cr_expect_eq(schema_check_value(schema, SCHEMA_PARAMETERS, given, "parameters", errors), OUTCOME_INVALID);
    cr_expect_str_eq(vectors_shown(errors),
                     "[{\"field\":\"parameters.n\",\"message\":\"Is required.\"},"
                     "{\"field\":\"parameters.c\",\"message\":\"Must be a string.\"},"
                     "{\"field\":\"parameters.q\",\"message\":\"Is not a parameter of this script.\"}]");
    json_object_put(errors);
    json_object_put(given);
    json_object_put(schema);
}

static void expect_complete(const char *source, const char *wanted)
{
    struct json_object *schema = source ? parse(source) : NULL, *complete = schema_complete(schema);
    cr_expect_str_eq(vectors_shown(complete), wanted);
    json_object_put(complete);
    json_object_put(schema);
}

Test(parameters, a_schema_is_stored_whole)
{
    expect_complete(NULL, "{\"type\":\"object\",\"properties\":{},\"required\":[],\"order\":[]}");
    expect_complete("{\"properties\":{\"z\":{},\"a\":{},\"b\":{}},\"order\":[\"b\"],\"required\":[\"a\"]}",
                    "{\"type\":\"object\",\"properties\":{\"z\":{},\"a\":{},\"b\":{}},\"required\":[\"a\"],\"order\":["
                    "\"b\",\"z\",\"a\"]}");
}

/* A rule of an earlier version, whose patterns were PostgreSQL's. */
Test(parameters, a_pattern_that_is_not_known_any_more_refuses_the_value)
{
    struct json_object *schema = parse("{\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"\\\\mx\"}}}");
    struct json_object *given = parse("{\"a\":\"x\"}"), *errors = json_object_new_array();
    cr_expect_eq(schema_check_value(schema, SCHEMA_PARAMETERS, given, "", errors), OUTCOME_INVALID);
    cr_expect_not_null(strstr(vectors_shown(errors), "Cannot be checked: the pattern"), "%s", vectors_shown(errors));
    json_object_put(errors);
    json_object_put(given);
    json_object_put(schema);
}
