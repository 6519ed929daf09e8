#include "cron/provider/fragments.h"

#include "base/repair.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE 6 /* bytes of "\uXXXX" */
#define HALF 3   /* bytes of a half as UTF-8 would write it */
#define REPLACEMENT "\xEF\xBF\xBD"

/* The code unit of "\uXXXX", or -1 where none stands. */
static long escaped_unit(const char *json, size_t length)
{
    char digits[5] = "";

    if (length < ESCAPE || json[0] != '\\' || json[1] != 'u')
        return -1;
    memcpy(digits, json + 2, 4);
    for (int i = 0; i < 4; i++)
        if (!isxdigit((unsigned char)digits[i]))
            return -1;
    return strtol(digits, NULL, 16);
}

static bool is_high(long unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(long unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static void add_half(struct text *text, long unit)
{
    text_add_char(text, (char)(0xE0 | (unit >> 12)));
    text_add_char(text, (char)(0x80 | ((unit >> 6) & 0x3F)));
    text_add_char(text, (char)(0x80 | (unit & 0x3F)));
}

void fragments_keep_halves(const char *json, size_t length, struct text *kept)
{
    size_t i = 0;

    while (i < length) {
        const char *slash = memchr(json + i, '\\', length - i);
        size_t plain = slash ? (size_t)(slash - json) - i : length - i;
        long unit;

        text_add_bytes(kept, json + i, plain);
        i += plain;
        if (i == length)
            return;
        unit = escaped_unit(json + i, length - i);
        if (is_high(unit) && is_low(escaped_unit(json + i + ESCAPE, length - i - ESCAPE))) {
            text_add_bytes(kept, json + i, (size_t)2 * ESCAPE);
            i += (size_t)2 * ESCAPE;
        } else if (is_high(unit) || is_low(unit)) {
            add_half(kept, unit);
            i += ESCAPE;
        } else {
            size_t escape = length - i < 2 ? length - i : 2;

            text_add_bytes(kept, json + i, escape);
            i += escape;
        }
    }
}

/* The half that these bytes are, or -1. */
static long half_at(const char *bytes, size_t length)
{
    const unsigned char *b = (const unsigned char *)bytes;

    if (length < HALF || b[0] != 0xED || b[1] < 0xA0 || b[1] > 0xBF || (b[2] & 0xC0) != 0x80)
        return -1;
    return 0xD000 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F);
}

static void add_pair(struct text *text, long high, long low)
{
    long code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    const char bytes[] = {(char)(0xF0 | (code >> 18)), (char)(0x80 | ((code >> 12) & 0x3F)),
                          (char)(0x80 | ((code >> 6) & 0x3F)), (char)(0x80 | (code & 0x3F))};

    text_add_bytes(text, bytes, sizeof bytes);
}

/* Two halves that meet become a code point, one alone U+FFFD; so does what else is no UTF-8. */
static void add_mended(struct text *text, const char *bytes, size_t length)
{
    size_t done = 0;

    for (size_t i = 0; i < length;) {
        long half = half_at(bytes + i, length - i);
        long next = is_high(half) ? half_at(bytes + i + HALF, length - i - HALF) : -1;

        if (half < 0) {
            i++;
            continue;
        }
        text_add_repaired(text, bytes + done, i - done);
        if (is_low(next))
            add_pair(text, half, next);
        else
            text_add(text, REPLACEMENT);
        i += is_low(next) ? (size_t)2 * HALF : HALF;
        done = i;
    }
    text_add_repaired(text, bytes + done, length - done);
}

void fragments_join(struct seam *seam, const char *bytes, size_t length, struct text *whole)
{
    struct text joined = TEXT_EMPTY;
    size_t left;

    text_add_bytes(&joined, seam->bytes, seam->length);
    text_add_bytes(&joined, bytes, length);
    if (joined.length >= HALF && is_high(half_at(joined.bytes + joined.length - HALF, HALF)))
        left = HALF;
    else
        left = utf8_unfinished(text_string(&joined), joined.length);
    add_mended(whole, text_string(&joined), joined.length - left);
    seam->length = left;
    if (left)
        memcpy(seam->bytes, joined.bytes + joined.length - left, left);
    text_free(&joined);
}

void fragments_end(struct seam *seam, struct text *whole)
{
    if (seam->length)
        text_add(whole, REPLACEMENT);
    seam->length = 0;
}
