#include "cron/script/last_line.h"

#include <criterion/criterion.h>
#include <string.h>

/* The last line of a stream that comes in pieces of this size. */
static void expect(const char *stream, const char *wanted)
{
    size_t length = strlen(stream);

    for (size_t piece = 1; piece <= 7; piece += 3) {
        struct last_line line = {TEXT_EMPTY, TEXT_EMPTY};

        for (size_t at = 0; at < length; at += piece)
            last_line_feed(&line, stream + at, length - at < piece ? length - at : piece);
        cr_expect_str_eq(last_line_text(&line), wanted, "in pieces of %zu: %s", piece, last_line_text(&line));
        last_line_free(&line);
    }
}

Test(last_line, is_the_last_that_says_something)
{
    expect("", "");
    expect("\n\n", "");
    expect("one", "one");
    expect("one\ntwo\n", "two");
    expect("one\n}\n---\n", "one");
    expect("Traceback (most recent call last):\n  File \"x\", line 1\nValueError: no\n", "ValueError: no");
    expect("x.js:1\nthrow new Error('boom')\n^\n\nError: boom\n    at f (x.js:1)\n\nNode.js v18.19.0\n", "Error: boom");
    expect("loading 10 %\rloading 20 %\rfailed\n", "failed");
}

Test(last_line, has_no_control_characters)
{
    expect("\x1b[31mError:\x1b[0m \x07no\x1b(B\n", "Error: noB");
    expect("caf\xc3\xa9 \xff\n", "café \xef\xbf\xbd");
}

Test(last_line, is_cut_between_characters)
{
    char stream[400] = "";
    char wanted[400] = "";

    for (int i = 0; i < 199; i++)
        memcpy(stream + 2 * i, "\xc3\xa9", 3);
    stream[0] = 'e';
    memmove(stream + 1, stream + 2, strlen(stream + 2) + 1);
    memcpy(wanted, stream, LAST_LINE_BYTES - 1);
    strcat(wanted, "…");
    expect(stream, wanted);
}
