/* Characters of UTF-8 text, and which of them are white space: the same set as \s of ECMAScript, so that the browser
 * and the server separate words at the same places. */
#ifndef COAGENT_CHARACTERS_H
#define COAGENT_CHARACTERS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define CHARACTER_MOST 0x10ffff

/* The code point at *at, which moves behind it; 0 at the end, where it stays. A byte that begins no character is
 * U+FFFD, so any bytes are safe. */
uint32_t character_next(const char **at);

bool character_is_space(uint32_t character);

/* Adds any bytes so that they neither control a terminal nor change the direction of what follows: controls and bytes
 * that are no UTF-8 as \x1b, direction characters as \u202e, a line end as \n. */
void text_add_visible(struct text *text, const char *string);

/* Adds at most this many code points of a string. */
void text_add_characters(struct text *text, const char *string, size_t most);

#endif
