#include "cron/agent/repair.h"

#include "base/json.h"

/* The length of the valid sequence at the start, 0 for none. */
static size_t sequence_length(const char *bytes, size_t length)
{
    unsigned char lead = (unsigned char)bytes[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;

    return n && n <= length && utf8_is_valid(bytes, n) ? n : 0;
}

void text_add_repaired(struct text *text, const char *bytes, size_t length)
{
    if (utf8_is_valid(bytes, length)) {
        text_add_bytes(text, bytes, length);
        return;
    }
    for (size_t i = 0; i < length;) {
        size_t n = bytes[i] ? sequence_length(bytes + i, length - i) : 0;

        if (n)
            text_add_bytes(text, bytes + i, n);
        else if (bytes[i])
            text_add(text, "\xEF\xBF\xBD");
        i += n ? n : 1;
    }
}

size_t utf8_cut(const char *bytes, size_t length, size_t most)
{
    if (length <= most)
        return length;
    while (most > 0 && ((unsigned char)bytes[most] & 0xC0) == 0x80)
        most--;
    return most;
}
