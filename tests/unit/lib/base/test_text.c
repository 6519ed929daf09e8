#include "base/text.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

Test(text, is_an_empty_string_before_first_use)
{
    struct text text = TEXT_EMPTY;
    cr_assert_str_empty(text_string(&text));
    text_free(&text);
}

Test(text, grows_over_many_sizes_and_stays_terminated)
{
    struct text text = TEXT_EMPTY;
    for (int i = 0; i < 100000; i++) {
        text_add_char(&text, (char)('a' + i % 26));
        cr_assert_eq(text.bytes[text.length], '\0');
        cr_assert_lt(text.length, text.capacity);
    }
    cr_assert_eq(text.length, 100000);
    cr_assert_eq(text.bytes[99999], 'a' + 99999 % 26);
    text_free(&text);
}

Test(text, takes_bytes_with_nul_and_none_at_all)
{
    struct text text = TEXT_EMPTY;
    text_add_bytes(&text, "a\0b", 3);
    text_add_bytes(&text, NULL, 0);
    cr_assert_eq(text.length, 3);
    cr_assert_arr_eq(text.bytes, "a\0b", 4);
    text_free(&text);
}

Test(text, adds_a_first_piece_that_exceeds_the_least_capacity)
{
    char long_piece[5001];
    struct text text = TEXT_EMPTY;
    memset(long_piece, 'x', 5000);
    long_piece[5000] = '\0';
    text_add(&text, long_piece);
    cr_assert_str_eq(text_string(&text), long_piece);
    text_free(&text);
}

Test(text, formats_behind_what_is_there)
{
    struct text text = TEXT_EMPTY;
    text_add(&text, "a");
    text_add_format(&text, "%d-%s", 7, "b");
    text_add_format(&text, "%0200d", 1);
    cr_assert_eq(text.length, 204);
    cr_assert_eq(strncmp(text.bytes, "a7-b000", 7), 0);
    cr_assert_eq(text.bytes[203], '1');
    text_free(&text);
}

Test(text, escapes_json_strings_as_rfc_8259_demands)
{
    struct text text = TEXT_EMPTY;
    text_add_json(&text, "a\"b\\c\b\f\n\r\t\x01\x1f\x7f/ü😀");
    cr_assert_str_eq(text_string(&text), "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/ü😀\"");
    text_clear(&text);
    text_add_json(&text, "");
    cr_assert_str_eq(text_string(&text), "\"\"");
    text_free(&text);
}

Test(text, percent_encodes_all_but_unreserved)
{
    struct text text = TEXT_EMPTY;
    text_add_url(&text, "AZaz09-._~ /?&=%+ü");
    cr_assert_str_eq(text_string(&text), "AZaz09-._~%20%2F%3F%26%3D%25%2B%C3%BC");
    text_free(&text);
}

Test(text, clear_keeps_memory_and_free_allows_use_again)
{
    struct text text = TEXT_EMPTY;
    text_clear(&text);
    text_add(&text, "secret");
    size_t capacity = text.capacity;
    text_clear(&text);
    cr_assert_eq(text.capacity, capacity);
    cr_assert_str_empty(text_string(&text));
    text_free_secret(&text);
    text_add(&text, "again");
    cr_assert_str_eq(text_string(&text), "again");
    text_free(&text);
}

Test(text, format_makes_a_fresh_string)
{
    char *string = text_format("%s=%d", "x", 3);
    cr_assert_str_eq(string, "x=3");
    free(string);
    string = text_format("%s", "");
    cr_assert_str_empty(string);
    free(string);
}

Test(text, formats_as_printf_does)
{
    struct text text = TEXT_EMPTY;
    text_add_format(&text, "%s|%.*s|%.*s|%c|%d|%u|%%", "a", 2, "bcd", 9, "ef", 'g', -7, 4294967295U);
    text_add_format(&text, "|%ld|%lu|%lld|%llu|%zu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX, (size_t)0);
    text_add_format(&text, "|%04x|%5d|%.3f|%s", 0xabU, 42, 0.5, "end");
    cr_assert_str_eq(text_string(&text), "a|bc|ef|g|-7|4294967295|%|-9223372036854775808|18446744073709551615"
                                         "|-9223372036854775808|18446744073709551615|0|00ab|   42|0.500|end");
    text_free(&text);
}
