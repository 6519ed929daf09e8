#include "base/token.h"

#include "base/secretbox.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795187045
#define USER_ID "0198f3a0-7c1d-7abc-8def-0123456789ab"
#define SESSION_ID "0198f3a0-7c1d-7abc-8def-ba9876543210"
#define CLAIMS(exp) "{\"sub\":\"" USER_ID "\",\"client_id\":\"" SESSION_ID "\",\"iat\":1795187045,\"exp\":" exp "}"
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static char first_key[] = "11f0d6e0c9f942d2b1c3a7b5e8f90a12";
static char second_key[] = "7d0c1a2b3e4f5a6978b8c9d0e1f2a3b4";
static const struct config config = {.secret_key = first_key, .access_token_minutes = 30};

static char *issue(const struct config *with)
{
    struct token_claims claims = {.user_id = USER_ID, .session_id = SESSION_ID};
    char *token = access_token_issue(with, &claims, NOW);
    cr_assert_eq(claims.issued_at, NOW);
    cr_assert_eq(claims.expires_at, NOW + 30 * 60);
    return token;
}

static enum outcome verify(const struct config *with, const char *token, int64_t now)
{
    struct token_claims claims;
    return access_token_verify(with, token, now, &claims);
}

static void add_base64url(struct text *text, const void *bytes, size_t length)
{
    char encoded[2048];
    sodium_bin2base64(encoded, sizeof encoded, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text_add(text, encoded);
}

/* Whether a token made by hand, signed rightly by HMAC-SHA-256, is accepted: RFC 7515 without libjwt. */
static enum outcome verify_forged(const char *header, const char *payload, const char *key)
{
    struct text token = TEXT_EMPTY;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    add_base64url(&token, header, strlen(header));
    text_add_char(&token, '.');
    add_base64url(&token, payload, strlen(payload));
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)token.bytes, token.length);
    crypto_auth_hmacsha256_final(&state, mac);
    text_add_char(&token, '.');
    add_base64url(&token, mac, sizeof mac);
    enum outcome outcome = verify(&config, token.bytes, NOW);
    text_free(&token);
    return outcome;
}

Test(token, carries_its_claims_there_and_back)
{
    struct token_claims claims;
    char *token = issue(&config);
    cr_assert_eq(access_token_verify(&config, token, NOW, &claims), OUTCOME_OK);
    cr_expect_str_eq(claims.user_id, USER_ID);
    cr_expect_str_eq(claims.session_id, SESSION_ID);
    cr_expect_eq(claims.issued_at, NOW);
    cr_expect_eq(claims.expires_at, NOW + 1800);
    free(token);
}

Test(token, accepts_any_rightly_signed_hs256_token)
{
    cr_expect_eq(verify_forged(HS256, CLAIMS("1795187100"), first_key), OUTCOME_OK);
}

Test(token, ends_at_the_second_of_its_expiry)
{
    char *token = issue(&config);
    cr_expect_eq(verify(&config, token, NOW + 1799), OUTCOME_OK);
    cr_expect_eq(verify(&config, token, NOW + 1800), OUTCOME_UNAUTHENTICATED);
    cr_expect_eq(verify(&config, token, NOW - 60), OUTCOME_OK, "another host's clock may be a minute ahead");
    cr_expect_eq(verify(&config, token, NOW - 61), OUTCOME_UNAUTHENTICATED);
    free(token);
}

Test(token, refuses_other_algorithms_and_none)
{
    static const char *const headers[] = {"{\"alg\":\"none\"}",
                                          "{\"alg\":\"None\"}",
                                          "{\"alg\":\"HS384\"}",
                                          "{\"alg\":\"HS512\"}",
                                          "{\"alg\":\"RS256\"}",
                                          "{\"typ\":\"JWT\"}",
                                          "{}",
                                          "[]",
                                          ""};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        cr_expect_eq(verify_forged(headers[i], CLAIMS("1795187100"), first_key), OUTCOME_UNAUTHENTICATED, "%s",
                     headers[i]);
}

Test(token, refuses_an_unsigned_token)
{
    struct text token = TEXT_EMPTY;
    add_base64url(&token, "{\"alg\":\"none\"}", 14);
    text_add_char(&token, '.');
    add_base64url(&token, CLAIMS("1795187100"), strlen(CLAIMS("1795187100")));
    cr_expect_eq(verify(&config, token.bytes, NOW), OUTCOME_UNAUTHENTICATED);
    text_add_char(&token, '.');
    cr_expect_eq(verify(&config, token.bytes, NOW), OUTCOME_UNAUTHENTICATED);
    text_free(&token);
}

Test(token, refuses_incomplete_or_mistyped_claims)
{
    static const char *const payloads[] = {
        "{}",
        "[]",
        "",
        "{\"client_id\":\"" SESSION_ID "\",\"iat\":1795187045,\"exp\":1795187100}",
        "{\"sub\":\"" USER_ID "\",\"iat\":1795187045,\"exp\":1795187100}",
        "{\"sub\":\"" USER_ID "\",\"client_id\":\"" SESSION_ID "\",\"exp\":1795187100}",
        "{\"sub\":\"" USER_ID "\",\"client_id\":\"" SESSION_ID "\",\"iat\":1795187045}",
        "{\"sub\":\"root\",\"client_id\":\"" SESSION_ID "\",\"iat\":1795187045,\"exp\":1795187100}",
        "{\"sub\":7,\"client_id\":\"" SESSION_ID "\",\"iat\":1795187045,\"exp\":1795187100}",
        CLAIMS("\"1795187100\""),
        CLAIMS("null"),
        CLAIMS("true"),
        CLAIMS("-1"),
        CLAIMS("1795187045")};
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++)
        cr_expect_eq(verify_forged(HS256, payloads[i], first_key), OUTCOME_UNAUTHENTICATED, "%s", payloads[i]);
}

Test(token, refuses_another_key_and_every_changed_character)
{
    char *token = issue(&config);
    struct config other = {.secret_key = second_key};
    cr_expect_eq(verify(&other, token, NOW), OUTCOME_UNAUTHENTICATED);
    for (size_t i = 0; token[i + 1]; i++) { /* the last character has bits that no byte uses */
        char kept = token[i];
        token[i] = kept == 'A' ? 'B' : 'A';
        cr_expect_eq(verify(&config, token, NOW), OUTCOME_UNAUTHENTICATED, "character %zu", i);
        token[i] = kept;
    }
    free(token);
}

Test(token, refuses_garbage)
{
    char longest[6000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    static const char *const garbage[] = {
        "", ".", "..", "...", "a.b.c", "null", "\xff\xfe.\xff.\xff", "eyJhbGciOiJIUzI1NiJ9"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        cr_expect_eq(verify(&config, garbage[i], NOW), OUTCOME_UNAUTHENTICATED, "%s", garbage[i]);
    cr_expect_eq(verify(&config, longest, NOW), OUTCOME_UNAUTHENTICATED);
    cr_expect_eq(verify(&config, NULL, NOW), OUTCOME_UNAUTHENTICATED);
}

Test(token, stays_valid_over_a_key_rotation)
{
    char *token = issue(&config);
    char *csrf = csrf_token(&config, SESSION_ID);
    struct config rotated = {.secret_key = second_key, .secret_key_previous = first_key};
    cr_expect_eq(verify(&rotated, token, NOW), OUTCOME_OK);
    cr_expect_eq(csrf_check(&rotated, SESSION_ID, csrf), OUTCOME_OK);
    free(token);
    free(csrf);
}

Test(token, csrf_belongs_to_one_session_and_one_key)
{
    struct config other = {.secret_key = second_key};
    char *csrf = csrf_token(&config, SESSION_ID);
    char *again = csrf_token(&config, SESSION_ID);
    cr_expect_str_eq(csrf, again, "it needs no storage, so it must be the same everywhere");
    cr_expect_eq(strlen(csrf), 43);
    cr_expect_eq(csrf_check(&config, SESSION_ID, csrf), OUTCOME_OK);
    cr_expect_eq(csrf_check(&config, USER_ID, csrf), OUTCOME_DENIED);
    cr_expect_eq(csrf_check(&other, SESSION_ID, csrf), OUTCOME_DENIED);
    cr_expect_eq(csrf_check(&config, SESSION_ID, NULL), OUTCOME_DENIED);
    cr_expect_eq(csrf_check(&config, SESSION_ID, ""), OUTCOME_DENIED);
    csrf[0] = csrf[0] == 'A' ? 'B' : 'A';
    cr_expect_eq(csrf_check(&config, SESSION_ID, csrf), OUTCOME_DENIED);
    free(csrf);
    free(again);
}
