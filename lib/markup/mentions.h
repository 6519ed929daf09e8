/* The mentions within a text that is neither code nor part of a link; markup.h has the grammar. */
#ifndef COAGENT_MENTIONS_H
#define COAGENT_MENTIONS_H

#include "base/text.h"

/* Adds each run that is not there yet to a list with commas between. */
void mentions_add(struct text *handles, const char *text);

#endif
