#include "cron/mask/forms.h"

#include <ctype.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const plus[] = {" ", "+", NULL};
static const char *const breaks[] = {"\n", "\\n", "\t", "\\t", "\r", "\\r", NULL};
static const char *const c_breaks[] = {"\n", "\\n", "\t", "\\t", "\r", "\\r", "\b", "\\b", "\f", "\\f", NULL};
static const char *const go[] = {
    "\n", "\\n", "\t", "\\t", "\r", "\\r", "\b", "\\b", "\f", "\\f",
    "<", "\\u003c", ">", "\\u003e", "&", "\\u0026", NULL};
static const char *const dot_net[] = {
    "\n", "\\n", "\t", "\\t", "\r", "\\r", "\b", "\\b", "\f", "\\f",
    "\"", "\\u0022", "'", "\\u0027", "+", "\\u002B", "<", "\\u003C", ">", "\\u003E", "&", "\\u0026", "`", "\\u0060",
    NULL};
static const char *const bash[] = {
    "\n", "\\n", "\t", "\\t", "\r", "\\r", "\a", "\\a", "\b", "\\b", "\f", "\\f", "\v", "\\v", "\033", "\\E", NULL};
static const char *const single[] = {"'", "'\\''", NULL};
static const char *const single_double[] = {"'", "'\"'\"'", NULL};
static const char *const html_text[] = {"&", "&amp;", "<", "&lt;", ">", "&gt;", NULL};
static const char *const html_names[] = {
    "&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", "'", "&apos;", NULL};
static const char *const html_quotes[] = {"&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", NULL};
static const char *const html_decimal[] = {
    "&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&#34;", "'", "&#39;", NULL};
static const char *const html_mixed[] = {
    "&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", "'", "&#39;", NULL};
static const char *const html_three[] = {
    "&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", "'", "&#039;", NULL};
static const char *const html_hex[] = {
    "&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", "'", "&#x27;", NULL};

#define URI_COMPONENT "-_.!~*'()"
#define URI ";/?:@&=+$,#-_.!~*'()"
#define OF_SHELL " !\"$&'()*,;<>?[\\]^`{|}"

const struct form form_rows[] = {
    {"percent-encoding", NULL, NULL, "-._~", FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},
    {"percent-encoding, lower case", NULL, NULL, "-._~", FORM_PERCENT_LOWER, FORM_PERCENT_LOWER},
    {"urllib.parse.quote", NULL, NULL, "-._~/", FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},
    {"quote, lower case", NULL, NULL, "-._~/", FORM_PERCENT_LOWER, FORM_PERCENT_LOWER},
    {"encodeURIComponent", NULL, NULL, URI_COMPONENT, FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},
    {"encodeURI", NULL, NULL, URI, FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},
    {"urllib.parse.quote_plus", plus, NULL, "-._~", FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},
    {"quote_plus, lower case", plus, NULL, "-._~", FORM_PERCENT_LOWER, FORM_PERCENT_LOWER},
    {"URLSearchParams", plus, NULL, "*-._", FORM_PERCENT_UPPER, FORM_PERCENT_UPPER},

    {"JSON", c_breaks, "\"\\", NULL, FORM_UTF16_LOWER, FORM_PLAIN},
    {"JSON, slashes", c_breaks, "\"\\/", NULL, FORM_UTF16_LOWER, FORM_PLAIN},
    {"JSON, ASCII", c_breaks, "\"\\", NULL, FORM_UTF16_LOWER, FORM_UTF16_LOWER},
    {"JSON, ASCII, slashes", c_breaks, "\"\\/", NULL, FORM_UTF16_LOWER, FORM_UTF16_LOWER},
    {"JSON, ASCII, upper case", c_breaks, "\"\\", NULL, FORM_UTF16_UPPER, FORM_UTF16_UPPER},
    {"JSON of Go", go, "\"\\", NULL, FORM_UTF16_LOWER, FORM_PLAIN},
    {"JSON of .NET", dot_net, "\\", NULL, FORM_UTF16_UPPER, FORM_UTF16_UPPER},

    {"shell, '\\''", single, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"shell, '\"'\"'", single_double, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"shell, \"\"", NULL, "\"\\$`", NULL, FORM_PLAIN, FORM_PLAIN},
    {"shell, backslashes", NULL, OF_SHELL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"shell, $''", bash, "\\'", NULL, FORM_OCTAL, FORM_PLAIN},
    {"shell, $'', ASCII", bash, "\\'", NULL, FORM_OCTAL, FORM_OCTAL},

    {"repr", breaks, "\\", NULL, FORM_BYTES, FORM_PLAIN},
    {"repr, '", breaks, "\\'", NULL, FORM_BYTES, FORM_PLAIN},
    {"ascii", breaks, "\\", NULL, FORM_BYTES, FORM_POINT},
    {"ascii, '", breaks, "\\'", NULL, FORM_BYTES, FORM_POINT},
    {"repr of bytes", breaks, "\\", NULL, FORM_BYTES, FORM_BYTES},
    {"repr of bytes, '", breaks, "\\'", NULL, FORM_BYTES, FORM_BYTES},

    {"HTML, text", html_text, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &quot;", html_quotes, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &quot; &apos;", html_names, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &#34; &#39;", html_decimal, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &quot; &#39;", html_mixed, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &quot; &#039;", html_three, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
    {"HTML, &quot; &#x27;", html_hex, NULL, NULL, FORM_PLAIN, FORM_PLAIN},
};
/* clang-format on */

const size_t form_count = sizeof form_rows / sizeof *form_rows;

/* One character of UTF-8. */
struct character {
    const char *bytes;
    size_t length;
    uint32_t point;
};

static struct character character_at(const char *bytes)
{
    unsigned char first = (unsigned char)*bytes;
    struct character character = {bytes, first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, first};

    if (character.length > 1)
        character.point = first & (0x7FU >> character.length);
    for (size_t i = 1; i < character.length; i++) {
        if (((unsigned char)bytes[i] & 0xC0) != 0x80)
            return (struct character){bytes, 1, first};
        character.point = character.point << 6 | ((unsigned char)bytes[i] & 0x3F);
    }
    return character;
}

static void write_unit(enum form_code code, unsigned unit, struct text *text)
{
    if (code == FORM_UTF16_UPPER)
        text_add_format(text, "\\u%04X", unit);
    else
        text_add_format(text, "\\u%04x", unit);
}

static void write_utf16(enum form_code code, uint32_t point, struct text *text)
{
    if (point > 0xFFFF) {
        write_unit(code, 0xD800 + ((point - 0x10000) >> 10), text);
        point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    write_unit(code, point, text);
}

static void write_point(uint32_t point, struct text *text)
{
    if (point > 0xFFFF)
        text_add_format(text, "\\U%08x", point);
    else if (point > 0xFF)
        text_add_format(text, "\\u%04x", point);
    else
        text_add_format(text, "\\x%02x", point);
}

static void write_byte(enum form_code code, unsigned char byte, struct text *text)
{
    if (code == FORM_PERCENT_UPPER)
        text_add_format(text, "%%%02X", byte);
    else if (code == FORM_PERCENT_LOWER)
        text_add_format(text, "%%%02x", byte);
    else if (code == FORM_BYTES)
        text_add_format(text, "\\x%02x", byte);
    else if (code == FORM_OCTAL)
        text_add_format(text, "\\%03o", byte);
    else
        text_add_char(text, (char)byte);
}

static void write_code(enum form_code code, const struct character *character, struct text *text)
{
    if (code == FORM_UTF16_UPPER || code == FORM_UTF16_LOWER)
        write_utf16(code, character->point, text);
    else if (code == FORM_POINT)
        write_point(character->point, text);
    else
        for (size_t i = 0; i < character->length; i++)
            write_byte(code, (unsigned char)character->bytes[i], text);
}

static const char *paired(const struct form *form, char c)
{
    for (const char *const *pair = form->pairs; pair && *pair; pair += 2)
        if (**pair == c)
            return pair[1];
    return NULL;
}

static bool may_stand(const struct form *form, char c)
{
    if (form->allowed)
        return isalnum((unsigned char)c) || strchr(form->allowed, c);
    return (unsigned char)c >= 0x20 && c != 0x7F;
}

static void write_character(const struct form *form, const struct character *character, struct text *text)
{
    char c = *character->bytes;
    const char *pair = paired(form, c);

    if (pair) {
        text_add(text, pair);
    } else if (form->backslash && strchr(form->backslash, c)) {
        text_add_char(text, '\\');
        text_add_char(text, c);
    } else if (character->point >= 0x80) {
        write_code(form->other, character, text);
    } else if (may_stand(form, c)) {
        text_add_char(text, c);
    } else {
        write_code(form->ascii, character, text);
    }
}

void form_write(const struct form *form, const char *secret, struct text *text)
{
    for (const char *at = secret; *at;) {
        struct character character = character_at(at);

        write_character(form, &character, text);
        at += character.length;
    }
}

/* Base64 of something that has the secret within it: three letters stand for three bytes, so it looks different for
 * each place modulo 3. Of the letters that it shares with its neighbours nothing is known. */
static void add_base64(struct mask *mask, const char *secret, size_t length, int variant)
{
    static const size_t shared[] = {0, 2, 3};
    size_t size = sodium_base64_encoded_len(length + 2, variant);
    unsigned char *bytes = calloc(1, length + 2);
    char *encoded = malloc(size);

    if (!bytes || !encoded)
        abort();
    for (size_t offset = 0; offset < 3; offset++) {
        size_t whole = (offset + length) * 8 / 6 - shared[offset];

        memcpy(bytes + offset, secret, length);
        sodium_bin2base64(encoded, size, bytes, offset + length, variant);
        if (whole >= MASK_LEAST_PART)
            mask_add_wrapped(mask, encoded + shared[offset], whole);
        if (offset == 0)
            mask_add_wrapped(mask, encoded, strlen(encoded));
    }
    sodium_memzero(bytes, length + 2);
    sodium_memzero(encoded, size);
    free(bytes);
    free(encoded);
}

static void add_hex(struct mask *mask, const char *secret, bool upper)
{
    struct text digits = TEXT_EMPTY;

    for (const char *at = secret; *at; at++) {
        unsigned char byte = (unsigned char)*at;

        if (upper)
            text_add_format(&digits, "%02X", byte);
        else
            text_add_format(&digits, "%02x", byte);
    }
    mask_add_wrapped(mask, text_string(&digits), digits.length);
    text_free_secret(&digits);
}

static void add_rows(struct mask *mask, const char *secret)
{
    struct text text = TEXT_EMPTY;

    mask_add(mask, secret, strlen(secret));
    for (size_t i = 0; i < form_count; i++) {
        text_clear(&text);
        form_write(&form_rows[i], secret, &text);
        mask_add(mask, text_string(&text), text.length);
    }
    text_free_secret(&text);
}

static void add_all(struct mask *mask, const char *secret)
{
    size_t length = strlen(secret);

    if (length < MASK_LEAST)
        return;
    add_rows(mask, secret);
    add_base64(mask, secret, length, sodium_base64_VARIANT_ORIGINAL);
    add_base64(mask, secret, length, sodium_base64_VARIANT_URLSAFE);
    add_hex(mask, secret, false);
    add_hex(mask, secret, true);
}

/* What stands between the spaces around it. */
static char *trimmed(const char *bytes, size_t length)
{
    static const char spaces[] = " \t\r\n";

    while (length && strchr(spaces, *bytes)) {
        bytes++;
        length--;
    }
    while (length && strchr(spaces, bytes[length - 1]))
        length--;
    return text_format("%.*s", (int)length, bytes);
}

static void free_secret(char *secret)
{
    explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* A key of many lines is often shown line by line, indented or not. A short line of it, such as a brace, is no secret.
 */
static void add_lines(struct mask *mask, const char *secret)
{
    for (const char *line = secret; *line; line += strspn(line, "\r\n")) {
        size_t length = strcspn(line, "\r\n");
        char *plain = trimmed(line, length);

        if (strlen(plain) >= MASK_LEAST_PART)
            add_rows(mask, plain);
        free_secret(plain);
        line += length;
    }
}

void forms_add(struct mask *mask, const char *secret)
{
    char *plain = trimmed(secret, strlen(secret));

    add_all(mask, secret);
    if (strcmp(plain, secret) != 0)
        add_all(mask, plain);
    if (strpbrk(secret, "\r\n"))
        add_lines(mask, secret);
    free_secret(plain);
}
