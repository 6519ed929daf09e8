#include "base/characters.h"

#define REPLACEMENT 0xfffd

static int continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80 ? byte & 0x3f : -1;
}

uint32_t character_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    unsigned char lead = bytes[0];
    int more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t character = more == 0 ? lead : lead & (0x3fU >> more);

    if (lead == 0)
        return 0;
    for (int i = 1; i <= more; i++) {
        int bits = continuation(bytes[i]); /* the closing NUL is none, so nothing behind it is read */
        if (bits < 0 || lead < 0xc2 || lead > 0xf4) {
            (*at)++;
            return REPLACEMENT;
        }
        character = character << 6 | (uint32_t)bits;
    }
    *at += more + 1;
    return character;
}

bool character_is_space(uint32_t character)
{
    switch (character) {
    case ' ':
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
    case 0xfeff: return true;
    default: return (character >= '\t' && character <= '\r') || (character >= 0x2000 && character <= 0x200a);
    }
}

/* Of one character that is not drawn as itself, false for all others. */
static bool add_hidden(struct text *text, uint32_t character)
{
    bool turns = character == 0x61c || character == 0x200e || character == 0x200f ||
                 (character >= 0x2028 && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);

    if (character == '\n')
        text_add(text, "\\n");
    else if (character < 0x20 || (character >= 0x7f && character < 0xa0))
        text_add_format(text, "\\x%02x", (unsigned)character);
    else if (turns)
        text_add_format(text, "\\u%04x", (unsigned)character);
    else
        return false;
    return true;
}

void text_add_visible(struct text *text, const char *string)
{
    while (*string) {
        const char *begin = string;
        uint32_t character = character_next(&string);
        if (string - begin == 1 && character == REPLACEMENT)
            text_add_format(text, "\\x%02x", (unsigned)(unsigned char)*begin);
        else if (!add_hidden(text, character))
            text_add_bytes(text, begin, (size_t)(string - begin));
    }
}

void text_add_characters(struct text *text, const char *string, size_t most)
{
    const char *end = string;

    for (size_t i = 0; i < most && *end; i++)
        (void)character_next(&end);
    text_add_bytes(text, string, (size_t)(end - string));
}
