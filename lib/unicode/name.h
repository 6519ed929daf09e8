/* Text that people type to name things or to prove themselves, in one form: several sequences of code points draw the
 * same, and keyboards differ in which they send. */
#ifndef COAGENT_NAME_H
#define COAGENT_NAME_H

#include "base/outcome.h"
#include "base/text.h"

#define NAME_FAULT_SIZE 120

/* Adds what a name in valid UTF-8 is stored as: in form NFC; each run of blanks, of whatever kind, is one space, and
 * none stands at either end. INVALID, with a sentence in why: controls, line breaks, characters that are invisible or
 * change the direction of what follows, marks without a letter or more than four on one. Joiners are allowed inside
 * emoji. Which names are taken for each other is name_key() in SQL. */
enum outcome name_clean(const char *name, struct text *clean, char why[NAME_FAULT_SIZE]);

/* What a password in valid UTF-8 is hashed as, in form NFKC; the caller frees it with text_free_secret. */
struct text password_form(const char *password);

#endif
