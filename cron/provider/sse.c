#include "cron/provider/sse.h"

#include <stdio.h>
#include <string.h>

#define LINE_MOST ((size_t)4 * 1024 * 1024)

static bool dispatch(struct sse *sse, sse_receive *receive, void *context)
{
    bool more = true;

    if (sse->has_data)
        more = receive(context, sse->event, text_string(&sse->data), sse->data.length);
    text_clear(&sse->data);
    sse->event[0] = '\0';
    sse->has_data = false;
    return more;
}

/* Where the value of a field begins in its line, 0 when the line is about another field. */
static size_t field_value(const char *line, size_t length, const char *name)
{
    size_t end = strlen(name);

    if (strncmp(line, name, end) != 0 || (length > end && line[end] != ':'))
        return 0;
    return length == end ? end : line[end + 1] == ' ' ? end + 2 : end + 1;
}

/* One complete line. Other fields (id, retry) and comments say nothing that is needed here. */
static bool take_line(struct sse *sse, sse_receive *receive, void *context)
{
    const char *line = text_string(&sse->line);
    size_t length = sse->line.length;
    size_t value;
    bool more = true;

    if (!sse->begun && strncmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        length -= 3;
    }
    sse->begun = true;
    if (length == 0) {
        more = dispatch(sse, receive, context);
    } else if ((value = field_value(line, length, "data")) > 0) {
        if (sse->has_data)
            text_add_char(&sse->data, '\n');
        text_add_bytes(&sse->data, line + value, length - value);
        sse->has_data = true;
    } else if ((value = field_value(line, length, "event")) > 0) {
        snprintf(sse->event, sizeof sse->event, "%s", line + value);
    }
    text_clear(&sse->line);
    return more && sse->data.length <= LINE_MOST;
}

bool sse_feed(struct sse *sse, const char *bytes, size_t length, sse_receive *receive, void *context)
{
    size_t i = 0;

    while (i < length && !sse->cancelled) {
        if (sse->after_cr && bytes[i] == '\n')
            i++;
        sse->after_cr = false;

        size_t end = i;
        while (end < length && bytes[end] != '\n' && bytes[end] != '\r')
            end++;
        text_add_bytes(&sse->line, bytes + i, end - i);
        if (sse->line.length > LINE_MOST)
            sse->cancelled = true;
        if (end < length) {
            sse->after_cr = bytes[end] == '\r';
            sse->cancelled = sse->cancelled || !take_line(sse, receive, context);
            end++;
        }
        i = end;
    }
    return !sse->cancelled;
}

bool sse_end(struct sse *sse, sse_receive *receive, void *context)
{
    if (sse->cancelled)
        return false;
    if (sse->line.length && !take_line(sse, receive, context))
        return false;
    return dispatch(sse, receive, context);
}

void sse_free(struct sse *sse)
{
    text_free(&sse->line);
    text_free(&sse->data);
}
