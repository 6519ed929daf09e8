/* Passwords: bcrypt ($2b$) by libcrypt. */
#ifndef COAGENT_PASSWORD_H
#define COAGENT_PASSWORD_H

#include "outcome.h"

#include <stdbool.h>

#define PASSWORD_HASH_SIZE 64
#define PASSWORD_LEAST 10 /* code points */
#define PASSWORD_MOST 72  /* bytes: bcrypt reads no more, so more is refused instead of cut */

/* Every function takes what was typed, in valid UTF-8, and looks at its form NFKC: keyboards differ in how they send
 * "é". */

/* INVALID with a sentence for the user in *why: too short, too long, one of the commonest, or the e-mail itself. */
enum outcome password_check_policy(const char *password, const char *email, const char **why);

/* Hashes with a fresh salt. FAILED when libcrypt refuses. */
enum outcome password_hash(const char *password, int cost, char hash[PASSWORD_HASH_SIZE]);

/* OK or DENIED. hash NULL: does the same work on a constant hash of the given cost and answers DENIED, so that an
 * unknown user takes as long as a known one. A hash from before passwords had a form is tried, too, with what was
 * typed. */
enum outcome password_verify(const char *password, const char *hash, int cost);

/* Whether a hash, which the password fits, was made with a lower cost than asked for now, or of another form of the
 * password. */
bool password_is_outdated(const char *password, const char *hash, int cost);

#endif
