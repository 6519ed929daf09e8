#include "unicode/name.h"

#include "base/characters.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>

#define MARKS_MOST 4
#define ZERO_WIDTH_JOINER 0x200d
#define KEYCAP 0x20e3
#define BRAILLE_BLANK 0x2800 /* a symbol by its category, drawn as nothing */

static bool is_ascii(const char *string)
{
    for (; *string; string++)
        if ((unsigned char)*string >= 0x80)
            return false;
    return true;
}

/* Adds a text in a normal form. ASCII is in every one: most texts never come to the tables. */
static void add_normal(struct text *to, const char *string, uninorm_t form)
{
    size_t length = 0;
    uint8_t *normal =
        is_ascii(string) ? NULL : u8_normalize(form, (const uint8_t *)string, strlen(string), NULL, &length);

    if (!normal) { /* u8_normalize refuses only what is no UTF-8 */
        text_add(to, string);
        return;
    }
    text_add_bytes(to, (const char *)normal, length);
    explicit_bzero(normal, length);
    free(normal);
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 || character == 0x2029;
}

static bool is_variation_selector(uint32_t character)
{
    return character == 0xfe0e || character == 0xfe0f;
}

static bool is_picture(uint32_t character)
{
    return uc_is_property(character, UC_PROPERTY_EXTENDED_PICTOGRAPHIC) ||
           uc_is_property(character, UC_PROPERTY_EMOJI_MODIFIER);
}

/* Selectors choose how a picture is drawn, also a digit that becomes a keycap; joiners make one of two. */
static bool is_part_of_emoji(uint32_t character, uint32_t before, uint32_t next)
{
    if (is_variation_selector(character))
        return is_picture(before) || next == KEYCAP;
    return character == ZERO_WIDTH_JOINER && is_picture(next) && (is_picture(before) || is_variation_selector(before));
}

static bool is_hidden(uint32_t character)
{
    return uc_is_property(character, UC_PROPERTY_DEFAULT_IGNORABLE_CODE_POINT) ||
           uc_is_property(character, UC_PROPERTY_BIDI_CONTROL) ||
           uc_is_property(character, UC_PROPERTY_NOT_A_CHARACTER) || uc_is_general_category(character, UC_FORMAT) ||
           character == BRAILLE_BLANK;
}

static bool is_mark(uint32_t character)
{
    return uc_is_general_category(character, UC_NON_SPACING_MARK) ||
           uc_is_general_category(character, UC_ENCLOSING_MARK);
}

/* The name up to here. */
struct reading {
    uint32_t before; /* the character, 0 at the beginning */
    int marks;
};

/* Reads one character that is not ASCII; false with a sentence in why. */
static bool read_character(struct reading *reading, uint32_t character, uint32_t next, char why[NAME_FAULT_SIZE])
{
    bool is_bare = reading->before == 0 || reading->before == ' ';

    if (is_hidden(character) && !is_part_of_emoji(character, reading->before, next)) {
        bool turns = uc_is_property(character, UC_PROPERTY_BIDI_CONTROL);
        snprintf(why, NAME_FAULT_SIZE, "Must not contain U+%04X, %s.", (unsigned)character,
                 turns ? "which changes the direction of text" : "which is invisible");
        return false;
    }
    if (!is_mark(character) || is_variation_selector(character)) {
        reading->marks = 0;
        return true;
    }
    if (!is_bare && ++reading->marks <= MARKS_MOST)
        return true;
    snprintf(why, NAME_FAULT_SIZE,
             is_bare ? "Must not contain an accent without a letter (U+%04X)."
                     : "Must not have more than %d accents on a letter.",
             is_bare ? (unsigned)character : (unsigned)MARKS_MOST);
    return false;
}

static void add_blank(struct text *clean, struct reading *reading)
{
    if (reading->before != 0 && reading->before != ' ')
        text_add_char(clean, ' ');
    *reading = (struct reading){reading->before ? ' ' : 0, 0};
}

static bool add_character(struct text *clean, struct reading *reading, const char **at, char why[NAME_FAULT_SIZE])
{
    const char *begin = *at;
    uint32_t character = character_next(at);
    const char *ahead = *at;

    if (is_control(character)) {
        snprintf(why, NAME_FAULT_SIZE, "Must be one line without control characters.");
        return false;
    }
    if (character != 0xfeff && character_is_space(character)) {
        add_blank(clean, reading);
        return true;
    }
    if (character < 0x80)
        reading->marks = 0;
    else if (!read_character(reading, character, character_next(&ahead), why))
        return false;
    text_add_bytes(clean, begin, (size_t)(*at - begin));
    reading->before = character;
    return true;
}

/* Without what is around it by accident: line ends of a name that was copied. */
static void trim(struct text *text, size_t from)
{
    while (text->length > from && strchr(" \t\r\n", text->bytes[text->length - 1]))
        text->bytes[--text->length] = '\0';
}

enum outcome name_clean(const char *name, struct text *clean, char why[NAME_FAULT_SIZE])
{
    struct text normal = TEXT_EMPTY;
    struct reading reading = {0, 0};
    size_t from = clean->length;
    bool is_good = true;

    add_normal(&normal, name + strspn(name, " \t\r\n"), UNINORM_NFC);
    trim(&normal, 0);
    for (const char *at = text_string(&normal); is_good && *at;)
        is_good = add_character(clean, &reading, &at, why);
    trim(clean, from);
    text_free(&normal);
    return is_good ? OUTCOME_OK : OUTCOME_INVALID;
}

struct text password_form(const char *password)
{
    struct text form = TEXT_EMPTY;

    add_normal(&form, password, UNINORM_NFKC);
    return form;
}
