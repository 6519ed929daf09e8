#include "cron/script/last_line.h"

#include "base/repair.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool counts(const struct text *line)
{
    const char *bytes = text_string(line);

    if (line->length == 0 || bytes[0] == ' ' || bytes[0] == '\t' || strncmp(bytes, "Node.js v", 9) == 0)
        return false;
    for (size_t i = 0; i < line->length; i++)
        if (isalnum((unsigned char)bytes[i]) || (unsigned char)bytes[i] >= 0x80)
            return true;
    return false;
}

static void end_line(struct last_line *line)
{
    if (counts(&line->current)) {
        text_clear(&line->last);
        text_add_bytes(&line->last, line->current.bytes, line->current.length);
    }
    text_clear(&line->current);
}

void last_line_feed(struct last_line *line, const char *bytes, size_t length)
{
    const char *end = bytes + length;

    while (bytes < end) {
        size_t room = LAST_LINE_BYTES - line->current.length;
        const char *stop = bytes;

        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        text_add_bytes(&line->current, bytes, (size_t)(stop - bytes) < room ? (size_t)(stop - bytes) : room);
        if (stop < end)
            end_line(line);
        bytes = stop + 1;
    }
}

/* The end of an escape sequence (ECMA-48, 5.4) that begins here: CSI up to its final byte, others two bytes. */
static const char *skip_escape(const char *at)
{
    at++;
    if (*at != '[')
        return *at ? at + 1 : at;
    for (at++; *at && !(*at >= 0x40 && *at <= 0x7e); at++)
        ;
    return *at ? at + 1 : at;
}

static void drop_controls(struct text *text)
{
    struct text plain = TEXT_EMPTY;
    const char *at = text_string(text);

    while (*at) {
        if (*at == '\x1b') {
            at = skip_escape(at);
            continue;
        }
        if ((unsigned char)*at >= 0x20 && *at != 0x7f)
            text_add_bytes(&plain, at, 1);
        at++;
    }
    text_free(text);
    *text = plain;
}

const char *last_line_text(struct last_line *line)
{
    struct text shown = TEXT_EMPTY;
    size_t held;
    bool cut;

    end_line(line);
    cut = line->last.length == LAST_LINE_BYTES;
    held = cut ? utf8_unfinished(text_string(&line->last), line->last.length) : 0;
    text_add_repaired(&shown, text_string(&line->last), line->last.length - held);
    drop_controls(&shown);
    if (cut)
        text_add(&shown, "…");
    text_free(&line->last);
    line->last = shown;
    return text_string(&line->last);
}

void last_line_free(struct last_line *line)
{
    text_free(&line->current);
    text_free(&line->last);
}
