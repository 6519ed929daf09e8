#include "fcgi/input/format.h"

#include <criterion/criterion.h>

#define EACH(list) for (size_t i = 0; i < sizeof(list) / sizeof *(list); i++)

Test(format, text_takes_line_breaks_and_any_script_but_no_other_control)
{
    cr_expect(format_is_text("a\tb\nc\r\n\u00e4\u4e2d\U0001f600"));
    cr_expect(format_is_text(""));
    cr_expect_not(format_is_text("a\x01"));
    cr_expect_not(format_is_text("\x1b[31m"));
    cr_expect_not(format_is_text("\x7f"));
    cr_expect_not(format_is_text("\xc2\x85"), "NEL is a C1 control");
    cr_expect(format_is_text("\xc2\xa0"), "a no-break space is none");
}

Test(format, a_line_has_no_break)
{
    cr_expect(format_is_line("one line"));
    cr_expect_not(format_is_line("two\nlines"));
    cr_expect_not(format_is_line("a\ttab"));
}

Test(format, knows_addresses_of_people)
{
    static const char *const right[] = {"a@b.c",          "first.last+tag@sub.example.org", "o'hara@example.org",
                                        "user@localhost", "\u00fc@b\u00fccher.example",     "a@1.2",
                                        "x_y-z@a-b.c"};
    EACH(right) cr_expect(format_is_email(right[i]), "%s", right[i]);
}

Test(format, refuses_what_no_mail_server_takes)
{
    static const char *const wrong[] = {
        "",        "a",      "@b",    "a@",     "a b@c",
        "a@b c",   "a@.b",   "a@b.",  "a@b..c", ".a@b",
        "a.@b",    "a..b@c", "a@-b",  "a@b-",   "a@b_c",
        "a@b@c d", "<a@b>",  "a@b\n", "a,b@c",  "12345678901234567890123456789012345678901234567890123456789012345@b"};
    EACH(wrong) cr_expect_not(format_is_email(wrong[i]), "%s", wrong[i]);
}

Test(format, an_address_has_at_most_254_bytes)
{
    char address[300] = "a@";
    for (int i = 2; i < 254; i++)
        address[i] = 'b';
    cr_expect(format_is_email(address));
    address[254] = 'b';
    cr_expect_not(format_is_email(address));
}

Test(format, knows_times_of_rfc_3339)
{
    static const char *const right[] = {"2026-11-20T15:04:05Z", "2026-11-20T15:04:05.123Z", "2024-02-29T00:00:00+05:30",
                                        "2000-02-29t23:59:59z", "2026-01-01T00:00:00.123456789-00:00"};
    static const char *const wrong[] = {"",
                                        "2026-11-20",
                                        "2026-11-20 15:04:05Z",
                                        "2026-11-20T15:04:05",
                                        "2026-02-29T00:00:00Z",
                                        "1900-02-29T00:00:00Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "2026-01-01T24:00:00Z",
                                        "2026-01-01T00:60:00Z",
                                        "2026-01-01T00:00:60Z",
                                        "2026-01-01T00:00:00.Z",
                                        "2026-01-01T00:00:00+24:00",
                                        "2026-01-01T00:00:00+0100",
                                        "2026-01-01T00:00:00Z ",
                                        "26-01-01T00:00:00Z",
                                        "0000-01-01T00:00:00Z",
                                        "2026-1-1T0:0:0Z"};
    EACH(right) cr_expect(format_is_time(right[i]), "%s", right[i]);
    EACH(wrong) cr_expect_not(format_is_time(wrong[i]), "%s", wrong[i]);
}

Test(format, a_choice_is_a_whole_word)
{
    cr_expect(format_is_choice("light", "system|light|dark"));
    cr_expect(format_is_choice("dark", "system|light|dark"));
    cr_expect(format_is_choice("system", "system|light|dark"));
    cr_expect_not(format_is_choice("ligh", "system|light|dark"));
    cr_expect_not(format_is_choice("", "system|light|dark"));
    cr_expect_not(format_is_choice("system|light", "system|light|dark"));
}
