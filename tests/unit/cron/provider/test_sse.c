#include "cron/provider/sse.h"

#include <criterion/criterion.h>
#include <string.h>

/* Events are collected as "one|name=two|", so that an empty event shows too. */
static bool collect(void *context, const char *event, const char *data, size_t length)
{
    struct text *seen = context;

    cr_assert_eq(strlen(data), length);
    if (event[0])
        text_add_format(seen, "%s=", event);
    text_add(seen, data);
    text_add_char(seen, '|');
    return strcmp(data, "stop") != 0;
}

static void expect(const char *stream, const char *events)
{
    size_t length = strlen(stream);

    for (size_t piece = 1; piece <= length; piece++) {
        struct sse sse = {0};
        struct text seen = TEXT_EMPTY;

        for (size_t i = 0; i < length; i += piece)
            sse_feed(&sse, stream + i, i + piece <= length ? piece : length - i, collect, &seen);
        sse_end(&sse, collect, &seen);
        cr_expect_str_eq(text_string(&seen), events, "in pieces of %zu: %s", piece, text_string(&seen));
        sse_free(&sse);
        text_free(&seen);
    }
}

Test(sse, events_end_with_a_blank_line)
{
    expect("data: one\n\ndata: two\n\n", "one|two|");
}

Test(sse, every_line_ending_counts)
{
    expect("data: one\r\n\r\ndata: two\r\rdata: three\n\n", "one|two|three|");
}

Test(sse, comments_and_other_fields_are_skipped)
{
    expect(": keep-alive\n\nid: 7\nretry: 10\ndata: one\n\n", "one|");
}

Test(sse, events_may_have_a_name)
{
    expect("event: error\ndata: one\n\ndata: two\n\n", "error=one|two|");
    expect("event:a\nevent: b\ndata: one\n\n", "b=one|");
    expect("event: gone\n\ndata: one\n\n", "one|");
    expect("event\neventual: x\ndata: one\n\n", "one|");
    expect("event: a name that is far longer than thirty-one bytes\ndata: x\n\n", "a name that is far longer than =x|");
}

Test(sse, lines_of_an_event_are_joined)
{
    expect("data: a\ndata:b\ndata\ndata:  c\n\n", "a\nb\n\n c|");
}

Test(sse, fields_that_only_begin_like_data_are_skipped)
{
    expect("database: x\ndata: one\n\n", "one|");
}

Test(sse, a_byte_order_mark_may_come_first)
{
    expect("\xEF\xBB\xBF"
           "data: one\n\n",
           "one|");
}

Test(sse, an_event_without_its_blank_line_counts_at_the_end)
{
    expect("data: one\n\ndata: two", "one|two|");
    expect("data: one\n", "one|");
}

Test(sse, nothing_comes_from_nothing)
{
    expect("\n\n\n", "");
    expect(": only a comment\n\n", "");
}

Test(sse, the_receiver_can_end_it)
{
    expect("data: one\n\ndata: stop\n\ndata: three\n\n", "one|stop|");
}

Test(sse, an_endless_line_is_refused)
{
    static char bytes[1024 * 1024];
    struct sse sse = {0};
    struct text seen = TEXT_EMPTY;
    int fed = 0;

    memset(bytes, 'x', sizeof bytes);
    while (fed < 10 && sse_feed(&sse, bytes, sizeof bytes, collect, &seen))
        fed++;
    cr_expect_eq(fed, 4);
    sse_free(&sse);
    text_free(&seen);
}
