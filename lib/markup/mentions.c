#include "markup/mentions.h"

#include "base/characters.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LONGEST_HANDLE 39
#define LONGEST_LIST 8192 /* some 200 handles; nobody means more */

/* Punctuation among the letters from U+00AA to U+1FFF. */
static const uint32_t no_words[][2] = {
    {0xab, 0xb4},   {0xb6, 0xb9},   {0xbb, 0xbf},   {0xd7, 0xd7},   {0xf7, 0xf7},   {0x37e, 0x37e},
    {0x387, 0x387}, {0x55a, 0x55f}, {0x589, 0x589}, {0x5be, 0x5be}, {0x5c0, 0x5c0}, {0x5c3, 0x5c3},
    {0x5f3, 0x5f4}, {0x60c, 0x60c}, {0x61b, 0x61f}, {0x6d4, 0x6d4}, {0x964, 0x965},
};

static bool is_word(uint32_t character)
{
    if (character < 0x80)
        return isalnum((int)character) || character == '_';
    for (size_t i = 0; i < sizeof no_words / sizeof *no_words; i++)
        if (character >= no_words[i][0] && character <= no_words[i][1])
            return false;
    return character >= 0xaa && character <= 0x1fff;
}

static bool is_handle_character(char byte)
{
    return isalnum((unsigned char)byte) || (byte && strchr("._-", byte));
}

/* The length of the run at a place, of which as much is taken as ends where a word does; 0 for none. */
static size_t run_length(const char *run)
{
    size_t length = 0;

    if (!isalnum((unsigned char)*run))
        return 0;
    while (is_handle_character(run[length]))
        length++;
    for (const char *behind = run + length; length > 0; behind = run + --length) {
        const char *next = behind;
        uint32_t character = character_next(&next);
        if (!is_word(character) && character != '@')
            return length;
    }
    return 0;
}

/* Whether a word of the text up to a place is an address. */
static bool is_address(const char *word, const char *end)
{
    return strncasecmp(word, "www.", 4) == 0 || memmem(word, (size_t)(end - word), "://", 3);
}

static bool is_listed(const struct text *handles, const char *run, size_t length)
{
    const char *list = text_string(handles);
    for (const char *at = list; at && *at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncmp(at, run, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static void add_run(struct text *handles, const char *run, size_t length)
{
    char lower[LONGEST_HANDLE + 1];

    while (length > LONGEST_HANDLE && !isalnum((unsigned char)run[length - 1]))
        length--;
    if (length > LONGEST_HANDLE || handles->length > LONGEST_LIST)
        return;
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)tolower((unsigned char)run[i]);
    lower[length] = '\0';
    if (!is_listed(handles, lower, length))
        text_add_format(handles, "%s%s", handles->length > 0 ? "," : "", lower);
}

void mentions_add(struct text *handles, const char *text)
{
    const char *word = text, *at = text;
    uint32_t before = ' ';

    while (*at) {
        const char *begin = at;
        uint32_t character = character_next(&at);
        if (character_is_space(character))
            word = at;
        if (character == '@' && !is_word(before) && !(before < 0x80 && strchr("@/.-", (int)before))) {
            size_t length = run_length(at);
            if (length > 0 && !is_address(word, begin))
                add_run(handles, at, length);
        }
        before = character;
    }
}
