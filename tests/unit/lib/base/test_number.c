#include "base/number.h"

#include <criterion/criterion.h>
#include <limits.h>

Test(number, reads_decimal_digits_with_an_optional_minus)
{
    long long number = 0;
    cr_assert_eq(number_parse("0", 0, 10, &number), OUTCOME_OK);
    cr_assert_eq(number, 0);
    cr_assert_eq(number_parse("-12", -20, 10, &number), OUTCOME_OK);
    cr_assert_eq(number, -12);
    cr_assert_eq(number_parse("007", 0, 10, &number), OUTCOME_OK);
    cr_assert_eq(number, 7);
    cr_assert_eq(number_parse("9223372036854775807", LLONG_MIN, LLONG_MAX, &number), OUTCOME_OK);
    cr_assert_eq(number, LLONG_MAX);
    cr_assert_eq(number_parse("-9223372036854775808", LLONG_MIN, LLONG_MAX, &number), OUTCOME_OK);
    cr_assert_eq(number, LLONG_MIN);
}

Test(number, refuses_everything_else_and_leaves_the_number_alone)
{
    static const char *const wrong[] = {"",    "-",   "+1",  " 1",  "1 ", "1\n", "0x1",
                                        "1e3", "1.0", "--1", "1-2", "１", "a",   "9223372036854775808"};
    long long number = 42;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_eq(number_parse(wrong[i], LLONG_MIN, LLONG_MAX, &number), OUTCOME_INVALID, "\"%s\"", wrong[i]);
    cr_expect_eq(number_parse(NULL, 0, 1, &number), OUTCOME_INVALID);
    cr_assert_eq(number, 42);
}

Test(number, keeps_to_both_ends_of_the_range)
{
    long long number = 0;
    cr_assert_eq(number_parse("1", 1, 200, &number), OUTCOME_OK);
    cr_assert_eq(number_parse("200", 1, 200, &number), OUTCOME_OK);
    cr_assert_eq(number_parse("0", 1, 200, &number), OUTCOME_INVALID);
    cr_assert_eq(number_parse("201", 1, 200, &number), OUTCOME_INVALID);
}

Test(number, knows_uuids_in_canonical_form)
{
    cr_assert(uuid_is_valid("0198f3a0-7c1d-7abc-8def-0123456789ab"));
    cr_assert(uuid_is_valid("0198F3A0-7C1D-7ABC-8DEF-0123456789AB"));
    static const char *const wrong[] = {"",
                                        "0198f3a0-7c1d-7abc-8def-0123456789a",
                                        "0198f3a0-7c1d-7abc-8def-0123456789abc",
                                        "0198f3a07c1d7abc8def0123456789ab",
                                        "{0198f3a0-7c1d-7abc-8def-0123456789a}",
                                        "0198f3a0-7c1d-7abc-8def-0123456789ag",
                                        "0198f3a0-7c1d-7abc-8def00123456789ab",
                                        "-198f3a0-7c1d-7abc-8def-0123456789ab"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect_not(uuid_is_valid(wrong[i]), "\"%s\"", wrong[i]);
    cr_expect_not(uuid_is_valid(NULL));
}

Test(number, knows_the_plural)
{
    cr_expect_str_eq(number_plural(1), "");
    cr_expect_str_eq(number_plural(0), "s");
    cr_expect_str_eq(number_plural(2), "s");
}

Test(number, writes_what_it_reads)
{
    static const char *const texts[] = {"0", "7", "-7", "10", "9223372036854775807", "-9223372036854775808"};
    char buffer[NUMBER_TEXT_SIZE];
    long long number = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_assert_eq(number_parse(texts[i], LLONG_MIN, LLONG_MAX, &number), OUTCOME_OK);
        cr_expect_str_eq(number_text(number, buffer), texts[i]);
    }
}
