/* What comes from elsewhere, made fit for the database: valid UTF-8 without NUL. */
#ifndef COAGENT_REPAIR_H
#define COAGENT_REPAIR_H

#include "base/text.h"

/* Adds bytes to text: NUL is dropped, every byte that is not part of valid UTF-8 (RFC 3629) becomes U+FFFD. */
void text_add_repaired(struct text *text, const char *bytes, size_t length);

/* How many of the first most bytes of valid UTF-8 can be kept without cutting a code point. */
size_t utf8_cut(const char *bytes, size_t length, size_t most);

#endif
