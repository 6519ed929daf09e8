#include "base/password.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static enum outcome policy(const char *password, const char *email)
{
    const char *why = NULL;
    enum outcome outcome = password_check_policy(password, email, &why);
    cr_expect_eq(outcome == OUTCOME_INVALID, why != NULL);
    return outcome;
}

Test(password, policy_counts_characters_below_and_bytes_above)
{
    char most[PASSWORD_MOST + 2];
    memset(most, 0, sizeof most);
    for (size_t i = 0; i < PASSWORD_MOST; i++)
        most[i] = (char)('a' + i % 20);
    cr_expect_eq(policy("short pwd", "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("ten chars!", "a@b.c"), OUTCOME_OK);
    cr_expect_eq(policy("äöüäöüäöü", "a@b.c"), OUTCOME_INVALID, "nine characters in eighteen bytes");
    cr_expect_eq(policy("äöüäöüäöüß", "a@b.c"), OUTCOME_OK);
    cr_expect_eq(policy(most, "a@b.c"), OUTCOME_OK);
    most[PASSWORD_MOST] = 'x';
    cr_expect_eq(policy(most, "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("", NULL), OUTCOME_INVALID);
}

Test(password, policy_refuses_the_commonest_and_the_email)
{
    cr_expect_eq(policy("password123", "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("PASSWORD123", "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("qwertyuiop", "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("zzzzzzzzzzzz", "a@b.c"), OUTCOME_INVALID);
    cr_expect_eq(policy("ann@example.org", "ann@example.org"), OUTCOME_INVALID);
    cr_expect_eq(policy("Ann@Example.org", "ann@example.org"), OUTCOME_INVALID);
    cr_expect_eq(policy("correct horse", "ann@example.org"), OUTCOME_OK);
}

/* From the test vectors of Openwall's crypt_blowfish. */
Test(password, verifies_published_bcrypt_hashes)
{
    cr_expect_eq(password_verify("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", 4), OUTCOME_OK);
    cr_expect_eq(password_verify("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", 4),
                 OUTCOME_OK);
    cr_expect_eq(password_verify("U*V", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", 4),
                 OUTCOME_DENIED);
}

Test(password, hashes_with_fresh_salt_and_verifies_only_the_same)
{
    char first[PASSWORD_HASH_SIZE], second[PASSWORD_HASH_SIZE];
    cr_assert_eq(password_hash("correct horse", 4, first), OUTCOME_OK);
    cr_assert_eq(password_hash("correct horse", 4, second), OUTCOME_OK);
    cr_expect_eq(strncmp(first, "$2b$04$", 7), 0);
    cr_expect_eq(strlen(first), 60);
    cr_expect_str_neq(first, second);
    cr_expect_eq(password_verify("correct horse", first, 4), OUTCOME_OK);
    cr_expect_eq(password_verify("correct horse ", first, 4), OUTCOME_DENIED);
    cr_expect_eq(password_verify("Correct horse", first, 4), OUTCOME_DENIED);
    cr_expect_eq(password_verify("", first, 4), OUTCOME_DENIED);
}

Test(password, refuses_what_bcrypt_would_cut_off)
{
    char password[PASSWORD_MOST + 2];
    char hash[PASSWORD_HASH_SIZE];
    memset(password, 'q', sizeof password);
    password[PASSWORD_MOST] = '\0';
    cr_assert_eq(password_hash(password, 4, hash), OUTCOME_OK);
    cr_expect_eq(password_verify(password, hash, 4), OUTCOME_OK);
    password[PASSWORD_MOST] = 'x';
    password[PASSWORD_MOST + 1] = '\0';
    cr_expect_eq(password_verify(password, hash, 4), OUTCOME_DENIED);
}

Test(password, denies_without_a_hash_or_with_a_damaged_one)
{
    static const char *const damaged[] = {"", "*0", "!", "x", "$2b$", "$2b$04$", "$1$abc$def", "plain text"};
    cr_expect_eq(password_verify("correct horse", NULL, 4), OUTCOME_DENIED);
    cr_expect_eq(password_verify("", NULL, 4), OUTCOME_DENIED);
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
        cr_expect_eq(password_verify("correct horse", damaged[i], 4), OUTCOME_DENIED, "%s", damaged[i]);
}

static double seconds_of(const char *password, const char *hash, int cost)
{
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    password_verify(password, hash, cost);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

Test(password, takes_as_long_for_an_unknown_user_as_for_a_known_one)
{
    char hash[PASSWORD_HASH_SIZE];
    cr_assert_eq(password_hash("correct horse", 9, hash), OUTCOME_OK);
    double known = 1e9, unknown = 1e9;
    for (int i = 0; i < 5; i++) { /* the least of five, because the machine is shared */
        double once = seconds_of("wrong horse", hash, 9);
        known = once < known ? once : known;
        once = seconds_of("wrong horse", NULL, 9);
        unknown = once < unknown ? once : unknown;
    }
    cr_expect_gt(unknown, known * 0.7);
    cr_expect_lt(unknown, known * 1.4);
}

Test(password, asks_for_a_new_hash_when_the_cost_rises)
{
    cr_expect(password_is_outdated("correct horse", "$2b$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghi", 5));
    cr_expect_not(
        password_is_outdated("correct horse", "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghi", 12));
    cr_expect_not(
        password_is_outdated("correct horse", "$2b$13$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghi", 12));
    cr_expect(
        password_is_outdated("correct horse", "$2a$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuuabcdefghi", 12));
    cr_expect(password_is_outdated("correct horse", "", 4));
    cr_expect(password_is_outdated("correct horse", "$2b$", 4));
}
