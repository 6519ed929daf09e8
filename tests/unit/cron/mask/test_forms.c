#include "cron/mask/forms.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECRET "pä/s<&>\"'\\ +~!(é€😀)\n$x`"

/* A row for each row of the table. Those of Python, Node, bash, PHP, Go and .NET were made by these. */
static const struct {
    const char *name;
    const char *shown;
} cases[] = {
    {"percent-encoding", "p%C3%A4%2Fs%3C%26%3E%22%27%5C%20%2B~%21%28%C3%A9%E2%82%AC%F0%9F%98%80%29%0A%24x%60"},
    {"percent-encoding, lower case",
     "p%c3%a4%2fs%3c%26%3e%22%27%5c%20%2b~%21%28%c3%a9%e2%82%ac%f0%9f%98%80%29%0a%24x%60"},
    {"urllib.parse.quote", "p%C3%A4/s%3C%26%3E%22%27%5C%20%2B~%21%28%C3%A9%E2%82%AC%F0%9F%98%80%29%0A%24x%60"},
    {"quote, lower case", "p%c3%a4/s%3c%26%3e%22%27%5c%20%2b~%21%28%c3%a9%e2%82%ac%f0%9f%98%80%29%0a%24x%60"},
    {"encodeURIComponent", "p%C3%A4%2Fs%3C%26%3E%22'%5C%20%2B~!(%C3%A9%E2%82%AC%F0%9F%98%80)%0A%24x%60"},
    {"encodeURI", "p%C3%A4/s%3C&%3E%22'%5C%20+~!(%C3%A9%E2%82%AC%F0%9F%98%80)%0A$x%60"},
    {"urllib.parse.quote_plus", "p%C3%A4%2Fs%3C%26%3E%22%27%5C+%2B~%21%28%C3%A9%E2%82%AC%F0%9F%98%80%29%0A%24x%60"},
    {"quote_plus, lower case", "p%c3%a4%2fs%3c%26%3e%22%27%5c+%2b~%21%28%c3%a9%e2%82%ac%f0%9f%98%80%29%0a%24x%60"},
    {"URLSearchParams", "p%C3%A4%2Fs%3C%26%3E%22%27%5C+%2B%7E%21%28%C3%A9%E2%82%AC%F0%9F%98%80%29%0A%24x%60"},
    {"JSON", "pä/s<&>\\\"'\\\\ +~!(é€😀)\\n$x`"},
    {"JSON, slashes", "pä\\/s<&>\\\"'\\\\ +~!(é€😀)\\n$x`"},
    {"JSON, ASCII", "p\\u00e4/s<&>\\\"'\\\\ +~!(\\u00e9\\u20ac\\ud83d\\ude00)\\n$x`"},
    {"JSON, ASCII, slashes", "p\\u00e4\\/s<&>\\\"'\\\\ +~!(\\u00e9\\u20ac\\ud83d\\ude00)\\n$x`"},
    {"JSON, ASCII, upper case", "p\\u00E4/s<&>\\\"'\\\\ +~!(\\u00E9\\u20AC\\uD83D\\uDE00)\\n$x`"},
    {"JSON of Go", "pä/s\\u003c\\u0026\\u003e\\\"'\\\\ +~!(é€😀)\\n$x`"},
    {"JSON of .NET", "p\\u00E4/s\\u003C\\u0026\\u003E\\u0022\\u0027\\\\ "
                     "\\u002B~!(\\u00E9\\u20AC\\uD83D\\uDE00)\\n$x\\u0060"},
    {"shell, '\\''", "pä/s<&>\"'\\''\\ +~!(é€😀)\n$x`"},
    {"shell, '\"'\"'", "pä/s<&>\"'\"'\"'\\ +~!(é€😀)\n$x`"},
    {"shell, \"\"", "pä/s<&>\\\"'\\\\ +~!(é€😀)\n\\$x\\`"},
    {"shell, backslashes", "pä/s\\<\\&\\>\\\"\\'\\\\\\ +~\\!\\(é€😀\\)\n\\$x\\`"},
    {"shell, $''", "pä/s<&>\"\\'\\\\ +~!(é€😀)\\n$x`"},
    {"shell, $'', ASCII", "p\\303\\244/s<&>\"\\'\\\\ +~!(\\303\\251\\342\\202\\254\\360\\237\\230\\200)\\n$x`"},
    {"repr", "pä/s<&>\"'\\\\ +~!(é€😀)\\n$x`"},
    {"repr, '", "pä/s<&>\"\\'\\\\ +~!(é€😀)\\n$x`"},
    {"ascii", "p\\xe4/s<&>\"'\\\\ +~!(\\xe9\\u20ac\\U0001f600)\\n$x`"},
    {"ascii, '", "p\\xe4/s<&>\"\\'\\\\ +~!(\\xe9\\u20ac\\U0001f600)\\n$x`"},
    {"repr of bytes", "p\\xc3\\xa4/s<&>\"'\\\\ +~!(\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80)\\n$x`"},
    {"repr of bytes, '", "p\\xc3\\xa4/s<&>\"\\'\\\\ +~!(\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80)\\n$x`"},
    {"HTML, text", "pä/s&lt;&amp;&gt;\"'\\ +~!(é€😀)\n$x`"},
    {"HTML, &quot;", "pä/s&lt;&amp;&gt;&quot;'\\ +~!(é€😀)\n$x`"},
    {"HTML, &quot; &apos;", "pä/s&lt;&amp;&gt;&quot;&apos;\\ +~!(é€😀)\n$x`"},
    {"HTML, &#34; &#39;", "pä/s&lt;&amp;&gt;&#34;&#39;\\ +~!(é€😀)\n$x`"},
    {"HTML, &quot; &#39;", "pä/s&lt;&amp;&gt;&quot;&#39;\\ +~!(é€😀)\n$x`"},
    {"HTML, &quot; &#039;", "pä/s&lt;&amp;&gt;&quot;&#039;\\ +~!(é€😀)\n$x`"},
    {"HTML, &quot; &#x27;", "pä/s&lt;&amp;&gt;&quot;&#x27;\\ +~!(é€😀)\n$x`"},
};

Test(forms, each_row_writes_what_the_program_of_its_name_does)
{
    cr_assert_eq(form_count, sizeof cases / sizeof *cases);
    for (size_t i = 0; i < form_count; i++) {
        struct text text = TEXT_EMPTY;

        form_write(&form_rows[i], SECRET, &text);
        cr_expect_str_eq(form_rows[i].name, cases[i].name);
        cr_expect_str_eq(text_string(&text), cases[i].shown, "%s: %s", cases[i].name, text_string(&text));
        text_free(&text);
    }
}

Test(forms, each_row_is_hidden)
{
    for (size_t i = 0; i < form_count; i++) {
        struct mask *mask = mask_new();
        struct text shown = TEXT_EMPTY;

        mask_add_secret(mask, SECRET);
        mask_close(mask);
        mask_text(mask, cases[i].shown, strlen(cases[i].shown), &shown);
        cr_expect_str_eq(text_string(&shown), MASK_SHOWN, "%s: %s", cases[i].name, text_string(&shown));
        text_free(&shown);
        mask_free(mask);
    }
}

Test(forms, control_characters_are_written_as_each_program_does)
{
    static const struct {
        const char *name;
        const char *shown;
    } controls[] = {{"JSON, ASCII", "a\\u0001\\u001b\\b\\f\\t"},
                    {"shell, $''", "a\\001\\E\\b\\f\\t"},
                    {"repr", "a\\x01\\x1b\\x08\\x0c\\t"},
                    {"percent-encoding", "a%01%1B%08%0C%09"}};

    for (size_t i = 0; i < form_count; i++)
        for (size_t j = 0; j < sizeof controls / sizeof *controls; j++) {
            struct text text = TEXT_EMPTY;

            if (strcmp(form_rows[i].name, controls[j].name) != 0)
                continue;
            form_write(&form_rows[i], "a\001\033\b\f\t", &text);
            cr_expect_str_eq(text_string(&text), controls[j].shown, "%s: %s", controls[j].name, text_string(&text));
            text_free(&text);
        }
}

/* What is no UTF-8 is written byte by byte and reads nothing behind its end. */
Test(forms, broken_text_is_read_to_its_end)
{
    struct text text = TEXT_EMPTY;

    form_write(&form_rows[0], "a\xe2\x82", &text);
    cr_expect_str_eq(text_string(&text), "a%E2%82");
    text_free(&text);
}
