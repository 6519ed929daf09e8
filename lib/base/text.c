#include "base/text.h"

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

void text_add_vformat(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
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
