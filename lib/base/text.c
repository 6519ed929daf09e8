#include "base/text.h"

#include "base/number.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_CAPACITY 64

static void out_of_memory(void)
{
    fputs("out of memory\n", stderr);
    abort();
}

/* Makes room for length more bytes and the NUL. Copies instead of realloc, so that what moves is wiped where it was:
 * any text may hold a secret. */
static void make_room(struct text *text, size_t length)
{
    if (text->bytes && length < text->capacity - text->length)
        return;
    if (length > SIZE_MAX / 4 || text->length > SIZE_MAX / 4)
        out_of_memory();
    size_t capacity = text->capacity ? text->capacity : LEAST_CAPACITY;
    while (capacity <= text->length + length)
        capacity *= 2;
    char *bytes = malloc(capacity);
    if (!bytes)
        out_of_memory();
    if (text->bytes) {
        memcpy(bytes, text->bytes, text->length);
        explicit_bzero(text->bytes, text->capacity);
        free(text->bytes);
    }
    bytes[text->length] = '\0';
    text->bytes = bytes;
    text->capacity = capacity;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
    make_room(text, length);
    if (length)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
    text_add_bytes(text, &c, 1);
}

/* The conversions of add_simply. */
static const char *const conversions[] = {"%s", "%d", "%.*s", "%zu", "%lld", "%c", "%%", "%u", "%ld", "%lu", "%llu"};
enum { AS_STRING, AS_INT, AS_BYTES, AS_SIZE, AS_LLONG, AS_CHAR, AS_PERCENT, AS_UINT, AS_LONG, AS_ULONG, AS_ULLONG };

/* The conversion that begins here, or -1. */
static int conversion_at(const char *at)
{
    for (int i = 0; i < (int)(sizeof conversions / sizeof *conversions); i++)
        if (strncmp(at, conversions[i], strlen(conversions[i])) == 0)
            return i;
    return -1;
}

static bool is_simple(const char *format)
{
    while ((format = strchr(format, '%'))) {
        int conversion = conversion_at(format);
        if (conversion < 0)
            return false;
        format += strlen(conversions[conversion]);
    }
    return true;
}

static void add_unsigned(struct text *text, unsigned long long number)
{
    char digits[NUMBER_TEXT_SIZE];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    text_add_bytes(text, digits + at, sizeof digits - at);
}

static void add_signed(struct text *text, long long number)
{
    char digits[NUMBER_TEXT_SIZE];
    text_add(text, number_text(number, digits));
}

static void add_bytes(struct text *text, int most, const char *string)
{
    text_add_bytes(text, string, most < 0 ? strlen(string) : strnlen(string, (size_t)most));
}

/* The branches that look alike take arguments of different sizes. */
/* NOLINTBEGIN(bugprone-branch-clone) */
static void add_argument(struct text *text, int conversion, va_list *arguments)
{
    switch (conversion) {
    case AS_STRING: text_add(text, va_arg(*arguments, const char *)); break;
    case AS_CHAR: text_add_char(text, (char)va_arg(*arguments, int)); break;
    case AS_PERCENT: text_add_char(text, '%'); break;
    case AS_INT: add_signed(text, va_arg(*arguments, int)); break;
    case AS_LONG: add_signed(text, va_arg(*arguments, long)); break;
    case AS_LLONG: add_signed(text, va_arg(*arguments, long long)); break;
    case AS_UINT: add_unsigned(text, va_arg(*arguments, unsigned)); break;
    case AS_ULONG: add_unsigned(text, va_arg(*arguments, unsigned long)); break;
    case AS_ULLONG: add_unsigned(text, va_arg(*arguments, unsigned long long)); break;
    case AS_SIZE: add_unsigned(text, va_arg(*arguments, size_t)); break;
    case AS_BYTES: {
        int most = va_arg(*arguments, int);
        add_bytes(text, most, va_arg(*arguments, const char *));
        break;
    }
    default: break;
    }
}
/* NOLINTEND(bugprone-branch-clone) */

/* printf is nine pages of the C library, and each is a page fault in a handler's process, which would enter them for
 * nothing else: what nearly all formats are made of is done here. */
static void add_simply(struct text *text, const char *format, va_list *arguments)
{
    while (*format) {
        const char *next = strchr(format, '%');
        size_t plain = next ? (size_t)(next - format) : strlen(format);
        text_add_bytes(text, format, plain);
        format += plain;
        if (!next)
            return;
        int conversion = conversion_at(format);
        add_argument(text, conversion, arguments);
        format += strlen(conversions[conversion]);
    }
}

void text_add_vformat(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    if (is_simple(format)) {
        add_simply(text, format, &again);
        va_end(again);
        return;
    }
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) /* an encoding error of %ls, which nobody here uses: leave the text as it is */
        length = 0;
    make_room(text, (size_t)length);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
    text->length += (size_t)length;
    text->bytes[text->length] = '\0';
    va_end(again);
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_add_vformat(text, format, arguments);
    va_end(arguments);
}

static void add_json_escape(struct text *text, unsigned char c)
{
    switch (c) {
    case '"': text_add(text, "\\\""); break;
    case '\\': text_add(text, "\\\\"); break;
    case '\b': text_add(text, "\\b"); break;
    case '\f': text_add(text, "\\f"); break;
    case '\n': text_add(text, "\\n"); break;
    case '\r': text_add(text, "\\r"); break;
    case '\t': text_add(text, "\\t"); break;
    default: text_add_format(text, "\\u%04x", c);
    }
}

void text_add_json(struct text *text, const char *string)
{
    text_add_char(text, '"');
    const char *plain = string; /* where the stretch that needs no escape began */
    const char *at = string;
    for (; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        text_add_bytes(text, plain, (size_t)(at - plain));
        add_json_escape(text, c);
        plain = at + 1;
    }
    text_add_bytes(text, plain, (size_t)(at - plain));
    text_add_char(text, '"');
}

void text_add_url(struct text *text, const char *string)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *string; string++) {
        if (strchr(unreserved, *string))
            text_add_char(text, *string);
        else
            text_add_format(text, "%%%02X", (unsigned char)*string);
    }
}

const char *text_string(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->bytes)
        text->bytes[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text)TEXT_EMPTY;
}

void text_free_secret(struct text *text)
{
    if (text->bytes)
        explicit_bzero(text->bytes, text->capacity);
    text_free(text);
}

char *text_format(const char *format, ...)
{
    struct text text = TEXT_EMPTY;
    va_list arguments;
    va_start(arguments, format);
    text_add_vformat(&text, format, arguments);
    va_end(arguments);
    return text.bytes;
}
