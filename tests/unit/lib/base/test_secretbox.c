#include "base/secretbox.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char first_key[] = "11f0d6e0c9f942d2b1c3a7b5e8f90a12";
static char second_key[] = "7d0c1a2b3e4f5a6978b8c9d0e1f2a3b4";

static void open_library(void)
{
    cr_assert_eq(secretbox_open_library(), OUTCOME_OK);
}

TestSuite(secretbox, .init = open_library);

Test(secretbox, digests_as_fips_180_says)
{
    char digest[DIGEST_SIZE];
    digest_hex("abc", digest);
    cr_expect_str_eq(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_hex("", digest);
    cr_expect_str_eq(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* Expected bytes from an independent HMAC: python3 -c 'hmac.new(b"Jefe", b"a:b", "sha256")'. */
Test(secretbox, keyed_digest_is_hmac_over_purpose_and_message)
{
    static const unsigned char expected[] = {0x54, 0xdb, 0x36, 0xdd, 0xbd, 0xfa, 0xc1, 0xda, 0x38, 0x41, 0xfb,
                                             0xbf, 0xaa, 0x85, 0x0e, 0x43, 0x90, 0x1e, 0xf7, 0xc3, 0x9a, 0x3a,
                                             0x38, 0xb8, 0x2f, 0x02, 0x3f, 0xe6, 0x36, 0xc8, 0xd2, 0xda};
    unsigned char digest[KEYED_DIGEST_BYTES];
    keyed_digest("Jefe", "a", "b", digest);
    cr_expect_arr_eq(digest, expected, sizeof digest);
}

Test(secretbox, random_tokens_are_base64url_and_differ)
{
    char *first = random_token(32);
    char *second = random_token(32);
    cr_expect_eq(strlen(first), 43);
    cr_expect_eq(strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    cr_expect_str_neq(first, second);
    free(first);
    free(second);
}

Test(secretbox, opens_what_it_sealed_and_never_seals_alike)
{
    struct config config = {.secret_key = first_key};
    static const char *const plains[] = {"", "x", "sk-0123456789", "ünïcode 😀"};
    for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++) {
        struct text sealed = TEXT_EMPTY, again = TEXT_EMPTY, plain = TEXT_EMPTY;
        cr_assert_eq(secret_seal(&config, "provider.key", plains[i], &sealed), OUTCOME_OK);
        cr_assert_eq(secret_seal(&config, "provider.key", plains[i], &again), OUTCOME_OK);
        cr_expect_eq(strncmp(text_string(&sealed), "s1.", 3), 0);
        cr_expect_str_neq(text_string(&sealed), text_string(&again));
        cr_assert_eq(secret_open(&config, "provider.key", text_string(&sealed), &plain), OUTCOME_OK);
        cr_expect_str_eq(text_string(&plain), plains[i]);
        text_free(&sealed);
        text_free(&again);
        text_free_secret(&plain);
    }
}

Test(secretbox, refuses_another_purpose_and_another_key)
{
    struct config config = {.secret_key = first_key};
    struct config other = {.secret_key = second_key};
    struct text sealed = TEXT_EMPTY, plain = TEXT_EMPTY;
    cr_assert_eq(secret_seal(&config, "provider.key", "secret", &sealed), OUTCOME_OK);
    cr_expect_eq(secret_open(&config, "mapping.value", text_string(&sealed), &plain), OUTCOME_INVALID);
    cr_expect_eq(secret_open(&other, "provider.key", text_string(&sealed), &plain), OUTCOME_INVALID);
    cr_expect_str_empty(text_string(&plain));
    text_free(&sealed);
    text_free(&plain);
}

Test(secretbox, opens_with_the_previous_key_after_a_rotation)
{
    struct config before = {.secret_key = first_key};
    struct config after = {.secret_key = second_key, .secret_key_previous = first_key};
    struct text sealed = TEXT_EMPTY, plain = TEXT_EMPTY;
    cr_assert_eq(secret_seal(&before, "provider.key", "secret", &sealed), OUTCOME_OK);
    cr_assert_eq(secret_open(&after, "provider.key", text_string(&sealed), &plain), OUTCOME_OK);
    cr_expect_str_eq(text_string(&plain), "secret");
    text_free(&sealed);
    text_free_secret(&plain);
}

Test(secretbox, refuses_damage_at_every_byte_and_every_length)
{
    struct config config = {.secret_key = first_key};
    struct text sealed = TEXT_EMPTY, plain = TEXT_EMPTY;
    cr_assert_eq(secret_seal(&config, "provider.key", "a secret of some length!", &sealed), OUTCOME_OK);
    for (size_t i = 0; i < sealed.length; i++) {
        char kept = sealed.bytes[i];
        sealed.bytes[i] = kept == 'A' ? 'B' : 'A';
        cr_expect_eq(secret_open(&config, "provider.key", sealed.bytes, &plain), OUTCOME_INVALID, "byte %zu", i);
        sealed.bytes[i] = '\0';
        cr_expect_eq(secret_open(&config, "provider.key", sealed.bytes, &plain), OUTCOME_INVALID, "length %zu", i);
        sealed.bytes[i] = kept;
    }
    cr_expect_eq(secret_open(&config, "provider.key", "", &plain), OUTCOME_INVALID);
    cr_expect_eq(secret_open(&config, "provider.key", "s1.", &plain), OUTCOME_INVALID);
    cr_expect_eq(secret_open(&config, "provider.key", "s1.not base64!", &plain), OUTCOME_INVALID);
    cr_expect_str_empty(text_string(&plain));
    text_free(&sealed);
    text_free(&plain);
}
