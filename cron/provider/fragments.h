/* Text that an endpoint cuts anywhere: in the middle of a code point, or between the two halves of an escaped pair
 * ("\ud83d" in one delta, "\ude42" in the next). Pure. */
#ifndef COAGENT_FRAGMENTS_H
#define COAGENT_FRAGMENTS_H

#include "base/text.h"

#include <stddef.h>

/* Copies a JSON text and writes each escaped half of a pair that stands alone as the three bytes that UTF-8 would give
 * it, because the parser would replace it by U+FFFD. fragments_join makes whole ones of the halves. */
void fragments_keep_halves(const char *json, size_t length, struct text *kept);

/* What the last fragment left over. */
struct seam {
    char bytes[4];
    size_t length;
};

/* Adds the next fragment to whole, which stays valid UTF-8; an unfinished end waits for the next one. */
void fragments_join(struct seam *seam, const char *bytes, size_t length, struct text *whole);

/* There is no next one: an unfinished end becomes U+FFFD. */
void fragments_end(struct seam *seam, struct text *whole);

#endif
