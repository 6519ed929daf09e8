/* What tools take: every case of tools.json, and that no schema and no value makes a check take long. */
#include "vectors.h"

#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void expect_good(struct json_object *schema, struct json_object *values)
{
    for (size_t i = 0; i < json_object_array_length(values); i++) {
        struct json_object *value = json_object_array_get_idx(values, i), *errors = json_object_new_array();
        enum outcome outcome = schema_check_value(schema, SCHEMA_TOOL, value, "", errors);
        cr_expect_eq(outcome, OUTCOME_OK, "%s, %s: %s", vectors_shown(schema), vectors_shown(value),
                     vectors_shown(errors));
        json_object_put(errors);
    }
}

static void expect_bad(struct json_object *schema, struct json_object *cases)
{
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i), *errors = json_object_new_array();
        enum outcome outcome = schema_check_value(schema, SCHEMA_TOOL, json_object_array_get_idx(one, 0), "", errors);
        cr_expect_eq(outcome, OUTCOME_INVALID, "%s, %s", vectors_shown(schema), vectors_shown(one));
        cr_expect(vectors_error_is(errors, json_object_get_string(json_object_array_get_idx(one, 1)),
                                   json_object_get_string(json_object_array_get_idx(one, 2))),
                  "%s, %s: %s", vectors_shown(schema), vectors_shown(one), vectors_shown(errors));
        json_object_put(errors);
    }
}

Test(tool, every_rule_is_checked_with_its_sentence)
{
    struct json_object *cases = vectors_load("tools.json");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i), *errors = json_object_new_array();
        struct json_object *schema = json_member(one, "schema");
        const char *sentence = json_text(one, "error");
        enum outcome outcome = schema_check(schema, SCHEMA_TOOL, errors);
        cr_expect_eq(outcome, sentence ? OUTCOME_INVALID : OUTCOME_OK, "%s: %s", vectors_shown(schema),
                     vectors_shown(errors));
        if (sentence) {
            cr_expect(vectors_error_is(errors, json_text(one, "field"), sentence), "%s: %s", vectors_shown(schema),
                      vectors_shown(errors));
        } else {
            expect_good(schema, json_member(one, "good"));
            expect_bad(schema, json_member(one, "bad"));
        }
        json_object_put(errors);
    }
    json_object_put(cases);
}

/* The verdict on a value in a bounded time. The limit is far from what it takes, so that only a broken check reaches
 * it. */
static enum outcome check_in_time(const char *schema_source, const char *value_source)
{
    struct json_object *schema = NULL, *value = NULL, *errors = json_object_new_array();
    const char *why = "";
    cr_assert_eq(json_parse(schema_source, strlen(schema_source), &schema, &why), OUTCOME_OK, "%s", why);
    cr_assert_eq(json_parse(value_source, strlen(value_source), &value, &why), OUTCOME_OK, "%s", why);
    cr_assert_eq(schema_check(schema, SCHEMA_TOOL, errors), OUTCOME_OK, "%s", vectors_shown(errors));
    clock_t begin = clock();
    enum outcome outcome = schema_check_value(schema, SCHEMA_TOOL, value, "", errors);
    cr_expect_lt(clock() - begin, 10 * CLOCKS_PER_SEC);
    cr_expect_leq(json_object_array_length(errors), SCHEMA_ERRORS_MOST);
    json_object_put(errors);
    json_object_put(value);
    json_object_put(schema);
    return outcome;
}

/* The value {"list": [item, item …]}. */
static char *list_of(const char *item, size_t count)
{
    struct text value = TEXT_EMPTY;
    text_add(&value, "{\"list\":[");
    for (size_t i = 0; i < count; i++)
        text_add_format(&value, "%s%s", i > 0 ? "," : "", item);
    text_add(&value, "]}");
    return value.bytes;
}

Test(tool, branches_that_multiply_end)
{
    const char *schema =
        "{\"type\":\"object\",\"$defs\":{\"a\":{\"anyOf\":[{\"items\":{\"$ref\":\"#/$defs/a\"},\"maxItems\":0},"
        "{\"items\":{\"$ref\":\"#/$defs/a\"},\"maxItems\":0},{\"items\":{\"$ref\":\"#/$defs/a\"},\"minItems\":9}]}},"
        "\"properties\":{\"list\":{\"oneOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}]}}}";
    cr_expect_eq(check_in_time(schema, "{\"list\":[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]}"),
                 OUTCOME_INVALID);
}

Test(tool, many_entries_are_compared_for_a_bounded_time)
{
    char *value = list_of("{\"a\":[1,2,3],\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}", 20000);
    char *other = list_of("0", 1000);
    cr_expect_eq(
        check_in_time("{\"type\":\"object\",\"properties\":{\"list\":{\"uniqueItems\":true,\"maxItems\":99999}}}",
                      value),
        OUTCOME_INVALID);
    cr_expect_eq(
        check_in_time("{\"type\":\"object\",\"properties\":{\"list\":{\"items\":{\"type\":\"string\"}}}}", other),
        OUTCOME_INVALID);
    free(other);
    free(value);
}

Test(tool, patterns_of_many_entries_end)
{
    char *value = list_of(
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 50000);
    cr_expect_eq(
        check_in_time(
            "{\"type\":\"object\",\"properties\":{\"list\":{\"items\":{\"pattern\":\"(.{0,240}.{0,240})*x\"}}}}",
            value),
        OUTCOME_INVALID);
    free(value);
}

/* {"a":{"a":{… "b" …}}}, or with lists. */
static struct json_object *nested(const char *key, int depth, struct json_object *inner)
{
    for (int i = 0; i < depth; i++) {
        struct json_object *outer = json_object_new_object();
        json_object_object_add(outer, key, inner);
        inner = outer;
    }
    return inner;
}

Test(tool, a_schema_has_bounds)
{
    struct json_object *deep = nested("items", 40, json_object_new_object()), *wide = json_object_new_object();
    struct json_object *members = json_object_new_object(), *errors = json_object_new_array();
    for (int i = 0; i < 3000; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        json_object_object_add(members, name, json_object_new_object());
    }
    json_object_object_add(deep, "type", json_object_new_string("object"));
    json_object_object_add(wide, "type", json_object_new_string("object"));
    json_object_object_add(wide, "properties", members);
    cr_expect_eq(schema_check(deep, SCHEMA_TOOL, errors), OUTCOME_INVALID);
    cr_expect_eq(schema_check(wide, SCHEMA_TOOL, errors), OUTCOME_INVALID);
    cr_expect_eq(json_object_array_length(errors), 2, "%s", vectors_shown(errors));
    json_object_put(errors);
    json_object_put(wide);
    json_object_put(deep);
}
