#include "base/repair.h"

#include "base/json.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect(const char *bytes, size_t length, const char *repaired)
{
    struct text text = TEXT_EMPTY;

    text_add_repaired(&text, bytes, length);
    cr_expect_str_eq(text_string(&text), repaired);
    cr_expect(utf8_is_valid(text_string(&text), text.length));
    text_free(&text);
}

Test(repair, valid_text_stays)
{
    expect("Grüße 🙂", strlen("Grüße 🙂"), "Grüße 🙂");
    expect("", 0, "");
}

Test(repair, bad_bytes_become_replacement_characters)
{
    expect("a\xFF"
           "b",
           3, "a\uFFFDb");
    expect("a\xC3", 2, "a\uFFFD");
    expect("\xED\xA0\x80", 3, "\uFFFD\uFFFD\uFFFD");
    expect("\xC0\x80", 2, "\uFFFD\uFFFD");
}

Test(repair, nul_is_dropped)
{
    expect("a\0b", 3, "ab");
}

Test(repair, a_cut_never_splits_a_code_point)
{
    cr_expect_eq(utf8_cut("aü", 3, 2), 1);
    cr_expect_eq(utf8_cut("aü", 3, 3), 3);
    cr_expect_eq(utf8_cut("🙂", 4, 3), 0);
    cr_expect_eq(utf8_cut("abc", 3, 0), 0);
}

Test(repair, nul_in_output_is_shown)
{
    struct text text = TEXT_EMPTY;

    text_add_shown(&text, "a\0\xFF", 3);
    cr_expect_str_eq(text_string(&text), "a\u2400\uFFFD");
    text_free(&text);
}

Test(repair, knows_what_is_only_begun)
{
    cr_expect_eq(utf8_unfinished("", 0), 0);
    cr_expect_eq(utf8_unfinished("ab", 2), 0);
    cr_expect_eq(utf8_unfinished("aü", 3), 0);
    cr_expect_eq(utf8_unfinished("a\xC3", 2), 1);
    cr_expect_eq(utf8_unfinished("\xF0\x9F\x99", 3), 3);
    cr_expect_eq(utf8_unfinished("\xFF\xE2\x82", 3), 2);
    cr_expect_eq(utf8_unfinished("\xE0\x80", 2), 0, "an overlong form will never be complete");
    cr_expect_eq(utf8_unfinished("\xED\xA0", 2), 0, "nor will a surrogate");
    cr_expect_eq(utf8_unfinished("\x80\x80\x80\x80", 4), 0);
}
