/* How tokens are written: <prefix><ids without their dashes>_<43 characters of base64url>. The ids tell the guard whom
 * to look for before it asks the database. */
#ifndef COAGENT_TOKEN_TEXT_H
#define COAGENT_TOKEN_TEXT_H

#include "base/token.h"

#include <stdbool.h>
#include <stddef.h>

/* A new one, with 32 random bytes. ids ends with NULL. The caller wipes and frees it. */
char *token_text_make(const char *prefix, const char *const ids[]);

/* Whether token has this prefix and so many ids, which are written to ids. */
bool token_text_read(const char *token, const char *prefix, size_t count, char ids[][UUID_SIZE]);

#endif
