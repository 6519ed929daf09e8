#include "base/repair.h"

#include "base/json.h"

/* How long a sequence with this first byte is, 0 when none begins with it. */
static size_t promised_length(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

/* The length of the valid sequence at the start, 0 for none. */
static size_t sequence_length(const char *bytes, size_t length)
{
    size_t n = promised_length((unsigned char)bytes[0]);

    return n && n <= length && utf8_is_valid(bytes, n) ? n : 0;
}

static void add(struct text *text, const char *bytes, size_t length, const char *nul)
{
    if (utf8_is_valid(bytes, length)) {
        text_add_bytes(text, bytes, length);
        return;
    }
    for (size_t i = 0; i < length;) {
        size_t n = bytes[i] ? sequence_length(bytes + i, length - i) : 0;

        if (n)
            text_add_bytes(text, bytes + i, n);
        else
            text_add(text, bytes[i] ? "\xEF\xBF\xBD" : nul);
        i += n ? n : 1;
    }
}

void text_add_repaired(struct text *text, const char *bytes, size_t length)
{
    add(text, bytes, length, "");
}

void text_add_shown(struct text *text, const char *bytes, size_t length)
{
    add(text, bytes, length, "\xE2\x90\x80");
}

size_t utf8_cut(const char *bytes, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)bytes[most] & 0xC0) == 0x80)
        most--;
    return most;
}

/* Whether n bytes can go on to be a code point: the second byte alone decides what the first leaves open (no overlong
 * form, no surrogate, nothing above U+10FFFF). */
static bool can_go_on(const char *bytes, size_t n)
{
    unsigned char lead = (unsigned char)bytes[0], second = n > 1 ? (unsigned char)bytes[1] : 0x80;
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;

    return n == 1 || (second >= least && second <= most && (n == 2 || ((unsigned char)bytes[2] & 0xC0) == 0x80));
}

size_t utf8_unfinished(const char *bytes, size_t length)
{
    for (size_t n = 1; n <= 3 && n <= length; n++) {
        unsigned char byte = (unsigned char)bytes[length - n];

        if ((byte & 0xC0) != 0x80)
            return promised_length(byte) > n && can_go_on(bytes + length - n, n) ? n : 0;
    }
    return 0;
}
