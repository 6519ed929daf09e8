#include "base/secretbox.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "s1."
#define BASE64 sodium_base64_VARIANT_ORIGINAL

enum outcome secretbox_open_library(void)
{
    return sodium_init() < 0 ? OUTCOME_FAILED : OUTCOME_OK;
}

/* Memory for n bytes, or the end of the process, as in text.h. */
static void *room_for(size_t n)
{
    void *room = malloc(n ? n : 1);
    if (!room)
        abort();
    return room;
}

char *random_token(size_t bytes)
{
    unsigned char *raw = room_for(bytes);
    size_t size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *token = room_for(size);
    randombytes_buf(raw, bytes);
    sodium_bin2base64(token, size, raw, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, bytes);
    free(raw);
    return token;
}

void digest_hex(const char *string, char digest[DIGEST_SIZE])
{
    unsigned char raw[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(raw, (const unsigned char *)string, strlen(string));
    sodium_bin2hex(digest, DIGEST_SIZE, raw, sizeof raw);
}

void keyed_digest(const char *key, const char *purpose, const char *message, unsigned char digest[KEYED_DIGEST_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)":", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)message, strlen(message));
    crypto_auth_hmacsha256_final(&state, digest);
    sodium_memzero(&state, sizeof state);
}

/* A sealed secret is the nonce, then the box. */
enum outcome secret_seal(const struct config *config, const char *purpose, const char *plain, struct text *sealed)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    size_t length = strlen(plain);
    size_t size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
    size_t encoded_size = sodium_base64_encoded_len(size, BASE64);
    unsigned char *raw = room_for(size);
    char *encoded = room_for(encoded_size);

    keyed_digest(config->secret_key, "seal", purpose, key);
    randombytes_buf(raw, crypto_secretbox_NONCEBYTES);
    int failed =
        crypto_secretbox_easy(raw + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain, length, raw, key);
    sodium_memzero(key, sizeof key);
    if (!failed) {
        sodium_bin2base64(encoded, encoded_size, raw, size, BASE64);
        text_add(sealed, PREFIX);
        text_add(sealed, encoded);
    }
    free(encoded);
    free(raw);
    return failed ? OUTCOME_FAILED : OUTCOME_OK;
}

static enum outcome open_with(const char *secret_key, const char *purpose, const unsigned char *raw, size_t size,
                              struct text *plain)
{
    unsigned char key[crypto_secretbox_KEYBYTES];
    size_t length = size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES;
    unsigned char *opened = room_for(length);
    keyed_digest(secret_key, "seal", purpose, key);
    int failed = crypto_secretbox_open_easy(opened, raw + crypto_secretbox_NONCEBYTES,
                                            size - crypto_secretbox_NONCEBYTES, raw, key);
    if (!failed)
        text_add_bytes(plain, opened, length);
    sodium_memzero(key, sizeof key);
    sodium_memzero(opened, length);
    free(opened);
    return failed ? OUTCOME_INVALID : OUTCOME_OK;
}

enum outcome secret_open(const struct config *config, const char *purpose, const char *sealed, struct text *plain)
{
    if (strncmp(sealed, PREFIX, strlen(PREFIX)) != 0)
        return OUTCOME_INVALID;
    const char *encoded = sealed + strlen(PREFIX);
    size_t room = strlen(encoded);
    size_t size = 0;
    unsigned char *raw = room_for(room);
    enum outcome outcome = OUTCOME_INVALID;
    if (sodium_base642bin(raw, room, encoded, room, NULL, &size, NULL, BASE64) == 0 &&
        size >= crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) {
        outcome = open_with(config->secret_key, purpose, raw, size, plain);
        if (outcome != OUTCOME_OK && config->secret_key_previous)
            outcome = open_with(config->secret_key_previous, purpose, raw, size, plain);
    }
    free(raw);
    return outcome;
}

enum outcome secret_open_fresh(const struct config *config, const char *purpose, const char *sealed, struct text *plain)
{
    struct config now;
    struct text why = TEXT_EMPTY;
    enum outcome outcome = secret_open(config, purpose, sealed, plain);

    if (outcome != OUTCOME_OK && config_load(&now, &why) == OUTCOME_OK) {
        outcome = secret_open(&now, purpose, sealed, plain);
        config_free(&now);
    }
    text_free(&why);
    return outcome;
}
