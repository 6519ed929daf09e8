#include "fcgi/input/fields.h"

#include "base/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checks json against one table and says what was wrong, as "field: message; …". The caller frees it. */
static char *errors_of(const struct field *fields, const char *json)
{
    struct json_object *object = json_tokener_parse(json);
    struct json_object *errors = json_object_new_array();
    struct text all = TEXT_EMPTY;
    enum outcome outcome = fields_check(fields, object, errors);
    for (size_t i = 0; i < json_object_array_length(errors); i++)
        text_add_format(&all, "%s%s: %s", i ? "; " : "", json_text(json_object_array_get_idx(errors, i), "field"),
                        json_text(json_object_array_get_idx(errors, i), "message"));
    cr_expect_eq(outcome == OUTCOME_OK, all.length == 0);
    json_object_put(object);
    json_object_put(errors);
    char *copy = strdup(text_string(&all));
    text_free(&all);
    return copy;
}

#define EXPECT(fields, json, sentence)                                                                                 \
    do {                                                                                                               \
        char *said = errors_of(fields, json);                                                                          \
        cr_expect_str_eq(said, sentence);                                                                              \
        free(said);                                                                                                    \
    } while (0)

Test(fields, all_errors_are_told_at_once)
{
    static const struct field fields[] = {
        {"name", FIELD_LINE, true, 1, 5}, {"count", FIELD_INTEGER, true, 1, 9}, {"flag", FIELD_BOOLEAN}, {NULL}};
    EXPECT(fields, "{\"flag\":1,\"odd\":2,\"name\":\"toolong\"}",
           "odd: Is not a known field.; name: Must have at most 5 characters.; count: Is required.; "
           "flag: Must be true or false.");
    EXPECT(fields, "{\"name\":\"a\",\"count\":9}", "");
}

Test(fields, a_thousand_errors_do_not_come_back)
{
    static const struct field fields[] = {{"name", FIELD_LINE}, {NULL}};
    struct json_object *object = json_object_new_object();
    struct json_object *errors = json_object_new_array();
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        json_object_object_add(object, key, NULL);
    }
    cr_expect_eq(fields_check(fields, object, errors), OUTCOME_INVALID);
    cr_expect_eq(json_object_array_length(errors), 50);
    json_object_put(object);
    json_object_put(errors);
}

Test(fields, lengths_are_code_points)
{
    static const struct field fields[] = {{"t", FIELD_TEXT, false, 2, 3}, {NULL}};
    EXPECT(fields, "{\"t\":\"\u00e4\u00f6\U0001f600\"}", "");
    EXPECT(fields, "{\"t\":\"\u00e4\u00f6\U0001f600\u00fc\"}", "t: Must have at most 3 characters.");
    EXPECT(fields, "{\"t\":\"\u00e4\"}", "t: Must have at least 2 characters.");
}

Test(fields, required_strings_are_not_empty)
{
    static const struct field fields[] = {{"t", FIELD_TEXT, true, 0, 9}, {"l", FIELD_LINE, false, 0, 9}, {NULL}};
    EXPECT(fields, "{\"t\":\"\"}", "t: Must not be empty.");
    EXPECT(fields, "{\"t\":\"x\",\"l\":\"\"}", "");
}

Test(fields, null_only_where_it_means_something)
{
    static const struct field fields[] = {{"a", FIELD_UUID, false, 0, 0, NULL, NULL, true}, {"b", FIELD_UUID}, {NULL}};
    EXPECT(fields, "{\"a\":null}", "");
    EXPECT(fields, "{\"b\":null}", "b: Must not be null.");
}

Test(fields, types_are_not_guessed)
{
    static const struct field fields[] = {{"i", FIELD_INTEGER, false, 0, 9},
                                          {"n", FIELD_NUMBER, false, 0, 9},
                                          {"t", FIELD_TEXT, false, 0, 9},
                                          {"u", FIELD_UUID},
                                          {"o", FIELD_OBJECT, false, 0, 30},
                                          {"l", FIELD_TEXT_LIST, false, 0, 2},
                                          {NULL}};
    EXPECT(fields, "{\"i\":\"1\"}", "i: Must be a whole number.");
    EXPECT(fields, "{\"i\":1.5}", "i: Must be a whole number.");
    EXPECT(fields, "{\"i\":10}", "i: Must be between 0 and 9.");
    EXPECT(fields, "{\"i\":-1}", "i: Must be between 0 and 9.");
    EXPECT(fields, "{\"n\":\"1\"}", "n: Must be a number.");
    EXPECT(fields, "{\"n\":9.5}", "n: Must be between 0 and 9.");
    EXPECT(fields, "{\"n\":0.5}", "");
    EXPECT(fields, "{\"t\":1}", "t: Must be a string.");
    EXPECT(fields, "{\"u\":\"nope\"}", "u: Must be an id (UUID).");
    EXPECT(fields, "{\"o\":[]}", "o: Must be an object.");
    EXPECT(fields, "{\"o\":{\"a\":\"0123456789012345678901234567890\"}}", "o: Must have at most 30 bytes.");
    EXPECT(fields, "{\"l\":\"a\"}", "l: Must be a list of strings.");
    EXPECT(fields, "{\"l\":[1]}", "l: Must be a list of strings.");
    EXPECT(fields, "{\"l\":[\"a\",\"b\",\"c\"]}", "l: Must have between 0 and 2 entries.");
}

Test(fields, code_is_any_text_and_counted_in_bytes)
{
    static const struct field fields[] = {{"c", FIELD_CODE, true, 0, 4}, {NULL}};
    EXPECT(fields, "{\"c\":\"\\u0007\\u001b\\n\"}", "");
    EXPECT(fields, "{\"c\":\"\u00e4\u00f6\"}", "");
    EXPECT(fields, "{\"c\":\"\u00e4\u00f6a\"}", "c: Must have at most 4 bytes.");
    EXPECT(fields, "{\"c\":\"\"}", "c: Must not be empty.");
    EXPECT(fields, "{\"c\":1}", "c: Must be a string.");
}

Test(fields, what_is_wrong_in_a_list_of_objects_is_told_by_its_place)
{
    static const struct field elements[] = {{"k", FIELD_LINE, true, 1, 3}, {"f", FIELD_BOOLEAN}, {NULL}};
    static const struct field fields[] = {{"l", FIELD_OBJECT_LIST, false, 0, 2, NULL, NULL, false, elements}, {NULL}};
    EXPECT(fields, "{\"l\":[]}", "");
    EXPECT(fields, "{\"l\":[{\"k\":\" a \"},{\"k\":\"b\",\"f\":true}]}", "");
    EXPECT(fields, "{\"l\":[{\"k\":\"a\"},{\"f\":true}]}", "l.1.k: Is required.");
    EXPECT(fields, "{\"l\":[{\"k\":\"a\",\"x\":1}]}", "l.0.x: Is not a known field.");
    EXPECT(fields, "{\"l\":[{\"k\":\"a\"},7]}", "l: Must be a list of objects.");
    EXPECT(fields, "{\"l\":[[]]}", "l: Must be a list of objects.");
    EXPECT(fields, "{\"l\":{}}", "l: Must be a list of objects.");
    EXPECT(fields, "{\"l\":[{\"k\":\"a\"},{\"k\":\"b\"},{\"k\":\"c\"}]}", "l: Must have between 0 and 2 entries.");
}

Test(fields, lines_and_addresses_are_trimmed_in_place)
{
    static const struct field fields[] = {
        {"l", FIELD_LINE, true, 1, 5}, {"e", FIELD_EMAIL, true}, {"t", FIELD_TEXT, true, 1, 9}, {NULL}};
    struct json_object *object = json_tokener_parse("{\"l\":\" a b \\n\",\"e\":\"\\tx@y.z \",\"t\":\" t \"}");
    struct json_object *errors = json_object_new_array();
    cr_assert_eq(fields_check(fields, object, errors), OUTCOME_OK);
    cr_expect_str_eq(json_text(object, "l"), "a b");
    cr_expect_str_eq(json_text(object, "e"), "x@y.z");
    cr_expect_str_eq(json_text(object, "t"), " t ");
    json_object_put(object);
    json_object_put(errors);
}

Test(fields, names_are_stored_in_one_form)
{
    static const struct field fields[] = {{"n", FIELD_NAME, true, 1, 5}, {"e", FIELD_EMAIL, false}, {NULL}};
    struct json_object *object = json_tokener_parse("{\"n\":\"\u00a0e\u0301  b\",\"e\":\"e\u0301@y.z\"}");
    struct json_object *errors = json_object_new_array();
    cr_assert_eq(fields_check(fields, object, errors), OUTCOME_OK);
    cr_expect_str_eq(json_text(object, "n"), "\u00e9 b");
    cr_expect_str_eq(json_text(object, "e"), "\u00e9@y.z");
    json_object_put(object);
    json_object_put(errors);
    EXPECT(fields, "{\"n\":\"a\u200b\"}", "n: Must not contain U+200B, which is invisible.");
    EXPECT(fields, "{\"n\":\"a\",\"e\":\"a\u200b@y.z\"}", "e: Must not contain U+200B, which is invisible.");
    EXPECT(fields, "{\"n\":\"a\",\"e\":\"a\u00a0b@y.z\"}", "e: Must be an email address.");
    EXPECT(fields, "{\"n\":1}", "n: Must be a string.");
    EXPECT(fields, "{\"n\":\"\u3000\"}", "n: Must not be empty.");
    EXPECT(fields, "{\"n\":\"abcdef\"}", "n: Must have at most 5 characters.");
}

Test(fields, a_line_of_white_space_is_empty)
{
    static const struct field fields[] = {{"l", FIELD_LINE, true, 1, 5}, {NULL}};
    EXPECT(fields, "{\"l\":\"  \"}", "l: Must not be empty.");
}

Test(fields, lists_of_choices_and_of_ids)
{
    static const struct field fields[] = {
        {"s", FIELD_TEXT_LIST, true, 1, 3, "read|write"}, {"u", FIELD_UUID_LIST, false, 0, 3}, {NULL}};
    EXPECT(fields, "{\"s\":[\"read\",\"write\"],\"u\":[\"01234567-89ab-cdef-0123-456789abcdef\"]}", "");
    EXPECT(fields, "{\"s\":[\"rea\"]}", "s: Contains a value that is not one of the choices.");
    EXPECT(fields, "{\"s\":[]}", "s: Must have between 1 and 3 entries.");
    EXPECT(fields, "{\"s\":[\"read\"],\"u\":[\"x\"]}", "u: Must be a list of ids.");
}

Test(fields, a_secret_is_one_line)
{
    static const struct field fields[] = {{"key", FIELD_SECRET, false, 0, 72}, {NULL}};
    EXPECT(fields, "{\"key\":\"a b\\t\"}", "");
    EXPECT(fields, "{\"key\":\"sk-1\\r\\nX-Other: 1\"}", "key: Must be one line.");
}

Test(fields, errors_never_repeat_a_secret)
{
    static const struct field fields[] = {{"password", FIELD_SECRET, true, 10, 72}, {NULL}};
    EXPECT(fields, "{\"password\":\"hunter2\"}", "password: Must have at least 10 characters.");
}
