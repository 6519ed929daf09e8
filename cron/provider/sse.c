#include "cron/provider/sse.h"

#include <string.h>

#define LINE_MOST ((size_t)4 * 1024 * 1024)

static bool dispatch(struct sse *sse, sse_receive *receive, void *context)
{
    bool more = true;

    if (sse->has_data)
        more = receive(context, text_string(&sse->data), sse->data.length);
    text_clear(&sse->data);
    sse->has_data = false;
    return more;
}

/* One complete line. Fields other than data (event, id, retry) and comments say nothing that is needed here. */
static bool take_line(struct sse *sse, sse_receive *receive, void *context)
{
    const char *line = text_string(&sse->line);
    size_t length = sse->line.length;
    bool more = true;

    if (!sse->begun && strncmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        length -= 3;
    }
    sse->begun = true;
    if (length == 0) {
        more = dispatch(sse, receive, context);
    } else if (strncmp(line, "data", 4) == 0 && (line[4] == ':' || length == 4)) {
        size_t skip = length == 4 ? 4 : line[5] == ' ' ? 6 : 5;

        if (sse->has_data)
            text_add_char(&sse->data, '\n');
        text_add_bytes(&sse->data, line + skip, length - skip);
        sse->has_data = true;
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
