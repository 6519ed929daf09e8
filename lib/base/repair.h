/* Repairs external text for the database and for display: valid UTF-8 without NUL. */
#ifndef COAGENT_REPAIR_H
#define COAGENT_REPAIR_H

#include "base/text.h"

/* Adds bytes to text: NUL is dropped, every byte that is not part of valid UTF-8 (RFC 3629) becomes U+FFFD. */
void text_add_repaired(struct text *text, const char *bytes, size_t length);

/* The same for what a program wrote, where everything counts: NUL becomes its picture, U+2400. */
void text_add_shown(struct text *text, const char *bytes, size_t length);

/* How many of the first most bytes of valid UTF-8 can be kept without cutting a code point. */
size_t utf8_cut(const char *bytes, size_t length, size_t most);

/* How many bytes at the end (0 to 3) begin a code point that is not complete yet. The bytes before may be anything. */
size_t utf8_unfinished(const char *bytes, size_t length);

#endif
