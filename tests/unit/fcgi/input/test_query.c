#include "fcgi/input/fields.h"

#include "base/json.h"

#include <criterion/criterion.h>

static const struct field fields[] = {FIELDS_PAGE,
                                      {"text", FIELD_TEXT, false, 0, 50},
                                      {"flag", FIELD_BOOLEAN},
                                      {"tags", FIELD_TEXT_LIST, false, 0, 3},
                                      {"ratio", FIELD_NUMBER, false, -10, 10},
                                      {NULL}};

static struct json_object *read(const char *query, size_t expected_errors)
{
    struct json_object *object = NULL;
    struct json_object *errors = json_object_new_array();
    enum outcome outcome = fields_from_query(fields, query, &object, errors);
    cr_expect_eq(outcome, expected_errors ? OUTCOME_INVALID : OUTCOME_OK, "%s", query);
    cr_expect_eq(json_object_array_length(errors), expected_errors, "%s: %s", query,
                 json_object_to_json_string(errors));
    json_object_put(errors);
    return object;
}

Test(query, values_have_the_type_of_their_field)
{
    struct json_object *query = read("limit=20&flag=true&tags=a,b&ratio=-1.5&text=a+b%20%C3%A4", 0);
    cr_expect_eq(json_long(query, "limit", 0), 20);
    cr_expect(json_flag(query, "flag", false));
    cr_expect_eq(json_object_array_length(json_member(query, "tags")), 2);
    cr_expect_float_eq(json_object_get_double(json_member(query, "ratio")), -1.5, 1e-9);
    cr_expect_str_eq(json_text(query, "text"), "a b \u00e4");
    json_object_put(query);
}

Test(query, nothing_is_an_empty_object)
{
    json_object_put(read("", 0));
    json_object_put(read(NULL, 0));
    json_object_put(read("&&", 0));
}

Test(query, what_is_wrong_is_told)
{
    static const char *const wrong[] = {"limit=0",
                                        "limit=201",
                                        "limit=-5",
                                        "limit=x",
                                        "limit=",
                                        "limit=1e2",
                                        "limit=99999999999999999999",
                                        "flag=1",
                                        "nope=1",
                                        "text=%zz",
                                        "text=%",
                                        "text=%4",
                                        "text=%ff",
                                        "text=%00",
                                        "limit=1&limit=2",
                                        "tags=a,b,c,d",
                                        "ratio=nan",
                                        "ratio=1x",
                                        "ratio=11",
                                        "%ff=1",
                                        "cursor=",
                                        "text=%1b"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        json_object_put(read(wrong[i], 1));
}

Test(query, without_a_table_no_parameter_is_known)
{
    struct json_object *object = NULL;
    struct json_object *errors = json_object_new_array();
    cr_expect_eq(fields_from_query(NULL, "a=1", &object, errors), OUTCOME_INVALID);
    json_object_put(object);
    json_object_put(errors);
}
