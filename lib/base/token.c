#include "base/token.h"

#include "base/json.h"
#include "base/number.h"
#include "base/secretbox.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MOST 4096    /* bytes; ours have about 300 */
#define CLOCK_SKEW 60      /* seconds that another host's clock may be ahead */
#define CSRF_TOKEN_SIZE 44 /* 32 bytes in base64url and the NUL */

/* Decodes base64url without padding; 0 when it is none, or longer than the room. */
static size_t decode_part(const char *part, size_t length, unsigned char *bytes, size_t room)
{
    size_t count = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, room, part, length, NULL, &count, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return 0;
    return end == part + length ? count : 0;
}

static bool signature_is_right(const char *key, const char *token, size_t length, const char *signature)
{
    unsigned char given[crypto_auth_hmacsha256_BYTES], right[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    if (decode_part(signature, strlen(signature), given, sizeof given) != sizeof given)
        return false;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)token, length);
    crypto_auth_hmacsha256_final(&state, right);
    sodium_memzero(&state, sizeof state);
    return sodium_memcmp(given, right, sizeof right) == 0;
}

/* The JSON object in a part of a token; NULL when there is none. */
static struct json_object *read_part(const char *part, size_t length)
{
    unsigned char bytes[TOKEN_MOST];
    struct json_object *object = NULL;
    const char *why = NULL;
    size_t count = decode_part(part, length, bytes, sizeof bytes);
    if (count == 0 || json_parse((const char *)bytes, count, &object, &why) != OUTCOME_OK)
        return NULL;
    if (json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

static bool names_hs256(const char *header, size_t length)
{
    struct json_object *object = read_part(header, length);
    const char *algorithm = json_text(object, "alg");
    bool named = algorithm && strcmp(algorithm, "HS256") == 0;
    json_object_put(object);
    return named;
}

static bool copy_uuid(struct json_object *payload, const char *claim, char uuid[UUID_SIZE])
{
    const char *value = json_text(payload, claim);
    if (!value || !uuid_is_valid(value))
        return false;
    memcpy(uuid, value, UUID_SIZE);
    return true;
}

static bool copy_time(struct json_object *payload, const char *claim, int64_t *seconds)
{
    *seconds = json_long(payload, claim, -1);
    return *seconds >= 0;
}

static bool claims_hold(struct json_object *payload, int64_t now, struct token_claims *claims)
{
    return copy_uuid(payload, "sub", claims->user_id) && copy_uuid(payload, "client_id", claims->session_id) &&
           copy_time(payload, "iat", &claims->issued_at) && copy_time(payload, "exp", &claims->expires_at) &&
           claims->issued_at <= now + CLOCK_SKEW && claims->expires_at > now;
}

/* Each request does this, in a process that has just begun: libjwt would wake OpenSSL in it, and its pages alone take
 * longer than all that is done here. What libjwt issues is what this accepts, and the tests hold them against each
 * other. Nothing is believed before the signature is right (RFC 7515, section 5.2). */
static enum outcome verify_with(const char *key, const char *token, int64_t now, struct token_claims *claims)
{
    const char *payload = strchr(token, '.');
    const char *signature = payload ? strchr(payload + 1, '.') : NULL;
    if (!signature || !signature_is_right(key, token, (size_t)(signature - token), signature + 1) ||
        !names_hs256(token, (size_t)(payload - token)))
        return OUTCOME_UNAUTHENTICATED;
    struct json_object *object = read_part(payload + 1, (size_t)(signature - payload - 1));
    enum outcome outcome = claims_hold(object, now, claims) ? OUTCOME_OK : OUTCOME_UNAUTHENTICATED;
    json_object_put(object);
    return outcome;
}

enum outcome access_token_verify(const struct config *config, const char *token, int64_t now,
                                 struct token_claims *claims)
{
    enum outcome outcome = OUTCOME_UNAUTHENTICATED;
    if (token && strlen(token) <= TOKEN_MOST) {
        outcome = verify_with(config->secret_key, token, now, claims);
        if (outcome != OUTCOME_OK && config->secret_key_previous)
            outcome = verify_with(config->secret_key_previous, token, now, claims);
    }
    if (outcome != OUTCOME_OK)
        *claims = (struct token_claims){0};
    return outcome;
}

static void make_csrf_token(const char *key, const char *session_id, char token[CSRF_TOKEN_SIZE])
{
    unsigned char digest[KEYED_DIGEST_BYTES];
    keyed_digest(key, "csrf", session_id, digest);
    sodium_bin2base64(token, CSRF_TOKEN_SIZE, digest, sizeof digest, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

char *csrf_token(const struct config *config, const char *session_id)
{
    char token[CSRF_TOKEN_SIZE];
    make_csrf_token(config->secret_key, session_id, token);
    return text_format("%s", token);
}

static bool csrf_matches(const char *key, const char *session_id, const char *given)
{
    char token[CSRF_TOKEN_SIZE];
    make_csrf_token(key, session_id, token);
    return sodium_memcmp(token, given, CSRF_TOKEN_SIZE) == 0;
}

enum outcome csrf_check(const struct config *config, const char *session_id, const char *given)
{
    if (!given || strlen(given) != CSRF_TOKEN_SIZE - 1)
        return OUTCOME_DENIED;
    bool same = csrf_matches(config->secret_key, session_id, given) ||
                (config->secret_key_previous && csrf_matches(config->secret_key_previous, session_id, given));
    return same ? OUTCOME_OK : OUTCOME_DENIED;
}
