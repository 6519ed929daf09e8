#include "base/password.h"
#include "unicode/name.h"

#include <criterion/criterion.h>
#include <string.h>

#define LENGTH(list) (sizeof(list) / sizeof *(list))

Test(name, is_stored_in_one_form)
{
    static const char *const names[][2] = {
        {"deploy", "deploy"},
        {"", ""},
        {" \t two  words \r\n", "two words"},
        {"caf\u00e9", "caf\u00e9"},
        {"cafe\u0301", "caf\u00e9"},                              /* NFD, as a Mac names files */
        {"\u1112\u1161\u11ab", "\ud55c"},                         /* the parts of a Hangul syllable */
        {"a\u00a0\u202f\u3000b", "a b"},                          /* no-break and ideographic blanks */
        {"\u00a0a\u2003", "a"},                                   /* also around it */
        {"\uff34\uff25\uff38\uff34", "\uff34\uff25\uff38\uff34"}, /* width is a matter of taste, not of form */
        {"\u0394t \u5c55\u958b \u05e9\u05dc\u05d5\u05dd", "\u0394t \u5c55\u958b \u05e9\u05dc\u05d5\u05dd"},
        {"\U0001f469\u200d\U0001f4bb team", "\U0001f469\u200d\U0001f4bb team"},
        {"\u2764\ufe0f 1\ufe0f\u20e3", "\u2764\ufe0f 1\ufe0f\u20e3"},
        {"\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f468",
         "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f468"},
    };

    for (size_t i = 0; i < LENGTH(names); i++) {
        struct text clean = TEXT_EMPTY;
        char why[NAME_FAULT_SIZE] = "";
        cr_expect_eq(name_clean(names[i][0], &clean, why), OUTCOME_OK, "%s: %s", names[i][0], why);
        cr_expect_str_eq(text_string(&clean), names[i][1]);
        text_free(&clean);
    }
}

Test(name, has_nothing_that_nobody_sees)
{
    static const char *const names[][2] = {
        {"de\u200bploy", "Must not contain U+200B, which is invisible."},
        {"\ufeffdeploy", "Must not contain U+FEFF, which is invisible."},
        {"de\u00adploy", "Must not contain U+00AD, which is invisible."},
        {"a\u200db", "Must not contain U+200D, which is invisible."},
        {"a\ufe0f", "Must not contain U+FE0F, which is invisible."},
        {"\u3164", "Must not contain U+3164, which is invisible."},
        {"a\u2800", "Must not contain U+2800, which is invisible."},
        {"a\U000e0061", "Must not contain U+E0061, which is invisible."},
        {"a\U0010ffff", "Must not contain U+10FFFF, which is invisible."},
        {"gpj.\u202eexe", "Must not contain U+202E, which changes the direction of text."},
        {"a\u2066b\u2069", "Must not contain U+2066, which changes the direction of text."},
        {"a\u200f", "Must not contain U+200F, which changes the direction of text."},
        {"a\nb", "Must be one line without control characters."},
        {"a\u2028b", "Must be one line without control characters."},
        {"a\xc2\x85", "Must be one line without control characters."},
        {"a\033[31m", "Must be one line without control characters."},
        {"\u0301a", "Must not contain an accent without a letter (U+0301)."},
        {"a \u0301", "Must not contain an accent without a letter (U+0301)."},
        {"a\u0316\u0317\u0318\u0319\u031c", "Must not have more than 4 accents on a letter."},
    };

    for (size_t i = 0; i < LENGTH(names); i++) {
        struct text clean = TEXT_EMPTY;
        char why[NAME_FAULT_SIZE] = "";
        cr_expect_eq(name_clean(names[i][0], &clean, why), OUTCOME_INVALID, "%zu", i);
        cr_expect_str_eq(why, names[i][1]);
        text_free(&clean);
    }
}

Test(name, is_added_to_what_is_there)
{
    struct text text = TEXT_EMPTY;
    char why[NAME_FAULT_SIZE];

    text_add(&text, "x ");
    cr_assert_eq(name_clean("  ", &text, why), OUTCOME_OK);
    cr_assert_eq(name_clean(" a ", &text, why), OUTCOME_OK);
    cr_expect_str_eq(text_string(&text), "x a");
    text_free(&text);
}

Test(password, is_the_same_from_every_keyboard)
{
    static const char composed[] = "tr\u00e9s s\u00e9cret 1", apart[] = "tre\u0301s se\u0301cret\u00a0\uff11";
    char hash[PASSWORD_HASH_SIZE];

    cr_assert_eq(password_hash(apart, 4, hash), OUTCOME_OK);
    cr_expect_eq(password_verify(composed, hash, 4), OUTCOME_OK);
    cr_expect_eq(password_verify(apart, hash, 4), OUTCOME_OK);
    cr_expect_not(password_is_outdated(apart, hash, 4));
    cr_expect_eq(password_verify("tres secret 1", hash, 4), OUTCOME_DENIED);
}

/* The hash of the NFD bytes of "très secret 1" by libcrypt, from before passwords had a form. */
Test(password, of_an_old_hash_still_fits_and_is_hashed_anew)
{
    static const char apart[] = "tre\u0300s secret 1", composed[] = "tr\u00e8s secret 1";
    static const char old[] = "$2b$04$abcdefghijklmnopqrstuukq0KV2y9qT6fel3wmpI39KfMRzR0QVi";

    cr_expect_eq(password_verify(apart, old, 4), OUTCOME_OK);
    cr_expect(password_is_outdated(apart, old, 4));
    cr_expect_eq(password_verify(composed, old, 4), OUTCOME_DENIED, "until it is hashed anew");
}

Test(password, is_judged_in_its_form)
{
    const char *why;

    cr_expect_eq(password_check_policy("e\u0301e\u0301e\u0301e\u0301e\u0301", NULL, &why), OUTCOME_INVALID,
                 "five letters");
    cr_expect_eq(password_check_policy("\ufdfa\ufdfa\ufdfa", NULL, &why), OUTCOME_INVALID,
                 "each is 18 characters in its form");
}
