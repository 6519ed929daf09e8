#include "base/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static enum outcome parse(const char *bytes, size_t length)
{
    struct json_object *document = NULL;
    const char *why = NULL;
    enum outcome outcome = json_parse(bytes, length, &document, &why);
    cr_expect_eq(outcome == OUTCOME_INVALID, why != NULL);
    if (outcome != OUTCOME_OK)
        cr_expect_null(document);
    json_object_put(document);
    return outcome;
}

Test(json, accepts_what_rfc_8259_calls_json)
{
    static const char *const right[] = {"{}",
                                        "[]",
                                        " [ ] ",
                                        "null",
                                        "true",
                                        "false",
                                        "0",
                                        "-0",
                                        "-1",
                                        "1.5",
                                        "1e3",
                                        "1E+3",
                                        "1e-3",
                                        "\"\"",
                                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                        "\"\\u00e9\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"\xf0\x9f\x98\x80\"",
                                        "\"\x7f\"",
                                        "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}",
                                        "{\"\":0}",
                                        "\t\r\n{\"a\" : 1 }\n",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "[null,null]",
                                        "1.7976931348623157e308"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        cr_expect_eq(parse(right[i], strlen(right[i])), OUTCOME_OK, "%s", right[i]);
}

/* How a document is written again; "" when it is refused. */
static const char *whole(const char *bytes)
{
    static char written[1000];
    struct json_object *document = NULL;
    const char *why = NULL;

    written[0] = '\0';
    if (json_parse_whole(bytes, strlen(bytes), &document, &why) == OUTCOME_OK)
        snprintf(written, sizeof written, "%s", json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
    json_object_put(document);
    return written;
}

Test(json, passes_on_numbers_that_c_has_no_type_for)
{
    char long_one[JSON_DIGITS + 2];

    cr_expect_str_eq(whole("[9223372036854775807,-9223372036854775808]"), "[9223372036854775807,-9223372036854775808]");
    cr_expect_str_eq(whole("{\"a\":18446744073709551615,\"b\":[-123456789012345678901234567890 ,1]}"),
                     "{\"a\":18446744073709551615e0,\"b\":[-123456789012345678901234567890e0,1]}");
    cr_expect_str_eq(whole("18446744073709551616"), "18446744073709551616e0");
    cr_expect_str_eq(whole("[0.1234567890123456789,1e399]"), "[0.1234567890123456789,1e399]");
    cr_expect_str_eq(whole("1e400"), "");
    cr_expect_str_eq(whole("[1,]"), "");
    memset(long_one, '7', sizeof long_one);
    long_one[JSON_DIGITS + 1] = '\0';
    cr_expect_str_eq(whole(long_one), "");
    long_one[JSON_DIGITS] = '\0';
    cr_expect_eq(strlen(whole(long_one)), JSON_DIGITS + 2);
}

Test(json, refuses_exponents_that_the_database_does_not_take)
{
    static const char *const wrong[] = {"1e-401", "1e-20000", "1e-99999999999999999999999999", "1e309"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i], strlen(wrong[i])), OUTCOME_INVALID, "%s", wrong[i]);
    cr_expect_eq(parse("5e-324", 6), OUTCOME_OK);
}

Test(json, refuses_what_it_does_not)
{
    static const char *const wrong[] = {
        "",          " ",           "{",         "}",         "[",         "]",
        "[1,]",      "[,1]",        "[1 2]",     "{\"a\"}",   "{\"a\":}",  "{\"a\":1,}",
        "{a:1}",     "{'a':1}",     "{\"a\" 1}", "{1:2}",     "[1}",       "{\"a\":1]",
        "nul",       "nulll",       "True",      "NULL",      "NaN",       "nan",
        "Infinity",  "-Infinity",   "01",        "-01",       "-",         "+1",
        ".5",        "1.",          "1.e3",      "1e",        "1e+",       "0x10",
        "1_000",     "\"",          "\"a",       "'a'",       "\"\\x41\"", "\"\\\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"a\tb\"",  "\"a\nb\"",  "\"\x1f\"",  "{} {}",
        "1 2",       "{}x",         "// c\n1",   "/* c */ 1", "[1] // c",  "\xef\xbb\xbf{}",
        "\v1",       "[\"a\", ]",   "\"\\"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i], strlen(wrong[i])), OUTCOME_INVALID, "%s", wrong[i]);
}

Test(json, refuses_nul_in_every_form)
{
    cr_expect_eq(parse("\"\\u0000\"", 8), OUTCOME_INVALID);
    cr_expect_eq(parse("{\"a\\u0000\":1}", 13), OUTCOME_INVALID);
    cr_expect_eq(parse("\"a\0b\"", 5), OUTCOME_INVALID);
    cr_expect_eq(parse("{}\0", 3), OUTCOME_INVALID);
    cr_expect_eq(parse("1\0", 2), OUTCOME_INVALID);
}

Test(json, refuses_halves_of_surrogate_pairs)
{
    static const char *const wrong[] = {"\"\\ud800\"",       "\"\\udc00\"",        "\"\\ud800x\"",
                                        "\"\\ud800\\n\"",    "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"",
                                        "\"\\ud800\\u0041\""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i], strlen(wrong[i])), OUTCOME_INVALID, "%s", wrong[i]);
}

Test(json, refuses_a_key_that_appears_twice_however_it_is_written)
{
    static const char *const wrong[] = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"b\":{\"a\":1,\"a\":2}}]",
                                        "{\"\":1,\"\":2}"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i], strlen(wrong[i])), OUTCOME_INVALID, "%s", wrong[i]);
}

Test(json, refuses_numbers_that_would_be_clamped)
{
    static const char *const wrong[] = {"9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551616",
                                        "1e309",
                                        "-1e999",
                                        "[1e400]",
                                        "0.00000000000000000000000000000000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(parse(wrong[i], strlen(wrong[i])), OUTCOME_INVALID, "%s", wrong[i]);
}

static enum outcome parse_nested(const char *open, const char *close, int levels)
{
    char text[4096] = "";
    for (int i = 0; i < levels; i++)
        strcat(text, open);
    strcat(text, "1");
    for (int i = 0; i < levels; i++)
        strcat(text, close);
    return parse(text, strlen(text));
}

Test(json, allows_32_levels_and_no_more)
{
    cr_expect_eq(parse_nested("[", "]", 32), OUTCOME_OK);
    cr_expect_eq(parse_nested("[", "]", 33), OUTCOME_INVALID);
    cr_expect_eq(parse_nested("{\"a\":", "}", 32), OUTCOME_OK);
    cr_expect_eq(parse_nested("{\"a\":", "}", 33), OUTCOME_INVALID);
    cr_expect_eq(parse_nested("[", "]", 2000), OUTCOME_INVALID);
}

Test(json, reads_only_the_bytes_that_it_was_given)
{
    cr_expect_eq(parse("123456", 3), OUTCOME_OK);
    cr_expect_eq(parse("{}garbage", 2), OUTCOME_OK);
    cr_expect_eq(parse("tru"
                       "e",
                       3),
                 OUTCOME_INVALID);
}

Test(json, knows_valid_utf8)
{
    static const char *const right[] = {"",
                                        "a",
                                        "\xc2\x80",
                                        "\xdf\xbf",
                                        "\xe0\xa0\x80",
                                        "\xed\x9f\xbf",
                                        "\xee\x80\x80",
                                        "\xef\xbf\xbf",
                                        "\xf0\x90\x80\x80",
                                        "\xf4\x8f\xbf\xbf",
                                        "\x01\x7f"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        cr_expect(utf8_is_valid(right[i], strlen(right[i])), "case %zu", i);
}

Test(json, knows_invalid_utf8)
{
    static const char *const wrong[] = {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xc2",
                                        "\xc2\x41",
                                        "\xc2\xc2",
                                        "\xe0\x80\x80",
                                        "\xe0\x9f\xbf",
                                        "\xe0\xa0",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf0\x80\x80\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf0\x90\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xfe",
                                        "\xff",
                                        "a\xe9z",
                                        "ok\xe2\x82"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_not(utf8_is_valid(wrong[i], strlen(wrong[i])), "case %zu", i);
    cr_expect_not(utf8_is_valid("a\0b", 3));
}

Test(json, counts_code_points)
{
    cr_expect_eq(utf8_length(""), 0);
    cr_expect_eq(utf8_length("abc"), 3);
    cr_expect_eq(utf8_length("äöü😀"), 4);
}

Test(json, answers_members_only_of_the_right_type)
{
    static const char source[] = "{\"t\":\"x\",\"i\":7,\"f\":true,\"d\":1.5,\"n\":null}";
    struct json_object *document = NULL;
    const char *why = NULL;
    cr_assert_eq(json_parse(source, strlen(source), &document, &why), OUTCOME_OK);
    cr_expect_str_eq(json_text(document, "t"), "x");
    cr_expect_null(json_text(document, "i"));
    cr_expect_null(json_text(document, "absent"));
    cr_expect_eq(json_long(document, "i", 1), 7);
    cr_expect_eq(json_long(document, "d", 1), 1);
    cr_expect_eq(json_long(document, "t", 1), 1);
    cr_expect(json_flag(document, "f", false));
    cr_expect(json_flag(document, "i", true));
    cr_expect_null(json_member(document, "n"));
    cr_expect_null(json_member(NULL, "n"));
    cr_expect_null(json_text(json_member(document, "t"), "t"));
    json_object_put(document);
}
