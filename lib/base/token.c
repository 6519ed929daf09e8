#include "base/token.h"

#include "base/number.h"
#include "base/secretbox.h"

#include <errno.h>
#include <jwt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MOST 4096    /* bytes; ours have about 300 */
#define CLOCK_SKEW 60      /* seconds that another host's clock may be ahead */
#define CSRF_TOKEN_SIZE 44 /* 32 bytes in base64url and the NUL */

char *access_token_issue(const struct config *config, struct token_claims *claims, int64_t now)
{
    jwt_t *jwt = NULL;
    char *token = NULL;
    claims->issued_at = now;
    claims->expires_at = now + (int64_t)config->access_token_minutes * 60;
    if (jwt_new(&jwt) == 0 && jwt_add_grant(jwt, "sub", claims->user_id) == 0 &&
        jwt_add_grant(jwt, "client_id", claims->session_id) == 0 &&
        jwt_add_grant_int(jwt, "iat", (long)claims->issued_at) == 0 &&
        jwt_add_grant_int(jwt, "exp", (long)claims->expires_at) == 0 &&
        jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)config->secret_key, (int)strlen(config->secret_key)) ==
            0)
        token = jwt_encode_str(jwt);
    jwt_free(jwt);
    if (!token)
        abort(); /* only memory can be missing, as in text.h */
    return token;
}

static bool copy_uuid(jwt_t *jwt, const char *claim, char uuid[UUID_SIZE])
{
    const char *value = jwt_get_grant(jwt, claim);
    if (!uuid_is_valid(value))
        return false;
    memcpy(uuid, value, UUID_SIZE);
    return true;
}

static bool copy_time(jwt_t *jwt, const char *claim, int64_t *seconds)
{
    errno = 0;
    *seconds = jwt_get_grant_int(jwt, claim);
    return errno == 0;
}

static enum outcome verify_with(const char *key, const char *token, int64_t now, struct token_claims *claims)
{
    jwt_t *jwt = NULL;
    enum outcome outcome = OUTCOME_UNAUTHENTICATED;
    if (jwt_decode(&jwt, token, (const unsigned char *)key, (int)strlen(key)) != 0)
        return outcome;
    if (jwt_get_alg(jwt) == JWT_ALG_HS256 && copy_uuid(jwt, "sub", claims->user_id) &&
        copy_uuid(jwt, "client_id", claims->session_id) && copy_time(jwt, "iat", &claims->issued_at) &&
        copy_time(jwt, "exp", &claims->expires_at) && claims->issued_at <= now + CLOCK_SKEW && claims->expires_at > now)
        outcome = OUTCOME_OK;
    jwt_free(jwt);
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
