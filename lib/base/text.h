/* A growable string of bytes: the only way that strings are built here.
 * Always terminated by NUL (bytes is "" when empty), never over-run.
 * Allocation failure ends the process: a handler serves one request and an
 * executor one run, so there is nothing better to do and nothing to save. */
#ifndef COAGENT_TEXT_H
#define COAGENT_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
    char *bytes;   /* owned; NULL only before first use */
    size_t length; /* without the closing NUL */
    size_t capacity;
};

/* clang-format off */
#define TEXT_EMPTY {NULL, 0, 0}
/* clang-format on */

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_vformat(struct text *text, const char *format, va_list arguments);

/* A JSON string literal with its quotes; the input is valid UTF-8 (json.h checks). */
void text_add_json(struct text *text, const char *string);

/* Percent-encoding of everything outside RFC 3986 "unreserved". */
void text_add_url(struct text *text, const char *string);

/* The content, never NULL ("" when nothing was added). Owned by text. */
const char *text_string(const struct text *text);

/* Empties the text but keeps its memory. */
void text_clear(struct text *text);

/* Frees the memory; the text can be used again. text_free_secret wipes it first. */
void text_free(struct text *text);
void text_free_secret(struct text *text);

/* printf into a fresh string, which the caller frees. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
