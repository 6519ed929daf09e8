/* Random tokens, digests, and secrets at rest (libsodium). */
#ifndef COAGENT_SECRETBOX_H
#define COAGENT_SECRETBOX_H

#include "config.h"
#include "outcome.h"
#include "text.h"

#include <stddef.h>

#define DIGEST_SIZE 65 /* SHA-256 in hex with its NUL */

/* Once per process, before anything else here. FAILED when libsodium cannot start. */
enum outcome secretbox_open_library(void);

/* n random bytes as base64url without padding; the caller frees it. */
char *random_token(size_t bytes);

/* SHA-256 of a string, in hex. Enough for tokens of 256 random bits. */
void digest_hex(const char *string, char digest[DIGEST_SIZE]);

/* HMAC-SHA-256 of "<purpose>:<message>" under a key: a purpose never answers for another. */
#define KEYED_DIGEST_BYTES 32
void keyed_digest(const char *key, const char *purpose, const char *message, unsigned char digest[KEYED_DIGEST_BYTES]);

/* Seals a secret under a key derived from SECRET_KEY for this purpose ("provider.key"): XSalsa20-Poly1305, a random
 * nonce, base64 with the prefix "s1.". */
enum outcome secret_seal(const struct config *config, const char *purpose, const char *plain, struct text *sealed);

/* Opens with the current or the previous key. INVALID when damaged or of another purpose or key.
 * The caller wipes plain with text_free_secret. */
enum outcome secret_open(const struct config *config, const char *purpose, const char *sealed, struct text *plain);

/* The same in a process that may be older than the key: when neither fits, those of the settings as they are now. */
enum outcome secret_open_fresh(const struct config *config, const char *purpose, const char *sealed,
                               struct text *plain);

#endif
