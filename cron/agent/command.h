/* The built-in provider "command": what an agent without a language model understands. Pure. */
#ifndef COAGENT_COMMAND_H
#define COAGENT_COMMAND_H

#include "base/text.h"

/* Writes the whole answer to a message; returns the pause in milliseconds after each word of it, so that it streams.
 * asker and self are the names of who asks and who answers. */
long command_answer(const char *message, const char *asker, const char *self, struct text *answer);

#endif
