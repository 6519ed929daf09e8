#include "cron/mask/mask.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct mask *mask_of(const char *const secrets[])
{
    struct mask *mask = mask_new();

    for (; *secrets; secrets++)
        mask_add_secret(mask, *secrets);
    mask_close(mask);
    return mask;
}

#define MASK(...) mask_of((const char *const[]){__VA_ARGS__, NULL})

static void expect(struct mask *mask, const char *bytes, const char *shown)
{
    struct text text = TEXT_EMPTY;

    mask_text(mask, bytes, strlen(bytes), &text);
    cr_expect_str_eq(text_string(&text), shown);
    text_free(&text);
    mask_free(mask);
}

Test(mask, a_secret_is_hidden_wherever_it_stands)
{
    expect(MASK("hunter2"), "hunter2 and xhunter2x", "•••• and x••••x");
}

Test(mask, without_secrets_everything_is_shown)
{
    expect(mask_of((const char *const[]){NULL}), "hunter2", "hunter2");
}

Test(mask, overlapping_secrets_are_hidden_together)
{
    expect(MASK("abcd", "cdefgh"), "-abcdefgh-", "-••••-");
    expect(MASK("abcd"), "abcdabcd", "••••");
}

Test(mask, what_is_too_short_is_no_secret)
{
    expect(MASK("abc"), "abc", "abc");
}

Test(mask, each_line_of_a_key_is_hidden)
{
    expect(MASK("-----BEGIN KEY-----\nMIIEvQ\nabcdef\n-----END KEY-----\n"), "  MIIEvQ\r\n  abcdef\n",
           "  ••••\r\n  ••••\n");
}

Test(mask, base64_is_hidden_alone_and_within_something_longer)
{
    expect(MASK("hunter22"), "aHVudGVyMjI=", "••••");
    expect(MASK("hunter22"), "dXNlcjpodW50ZXIyMg==", "dXNlcjp••••g=="); /* user:hunter22 */
    expect(MASK("hunter22"), "YTpodW50ZXIyMjo=", "YTp••••jo=");         /* a:hunter22: */
}

Test(mask, base64_of_a_short_secret_is_cut_to_no_less_than_six_letters)
{
    expect(MASK("abcd"), "YWJjZA== eWJjZA xmFiY2R5", "•••• eWJjZA xmFiY2R5");
    expect(MASK("abcde"), "eGFiY2RleQ==", "eG••••eQ=="); /* xabcdey */
}

Test(mask, what_encoders_wrap_is_hidden_across_the_line_ends)
{
    expect(MASK("hunter22hunter22"), "xx\naHVudGVyMj\nJodW50ZX\r\nIyMg==\n", "xx\n••••\n");
    expect(MASK("hunter22"), "68756e74\n65723232\n", "••••\n");
    expect(MASK("hunter22"), "68756E74\n\n65723232.", "••••.");
}

/* Else the end of every other line would wait for the next line. */
Test(mask, up_to_three_letters_before_a_line_end_do_not_wait)
{
    expect(MASK("hunter22"), "687\n56e7465723232\n", "687\n••••\n");
    expect(MASK("hunter22"), "6875\n6e7465723232\n", "••••\n");
}

Test(mask, lines_of_a_secret_that_are_too_short_are_shown)
{
    expect(MASK("{\n  \"key\": \"hunter22\"\n}\n"), "{ } \"key\": \"hunter22\"", "{ } ••••");
}

Test(mask, a_secret_is_hidden_without_the_space_around_it)
{
    expect(MASK("hunter22\n"), "hunter22 aHVudGVyMjI= aHVudGVyMjIK", "•••• •••• ••••");
}

static void feed(struct mask_stream *stream, const char *bytes, struct text *shown, const char *expected)
{
    text_clear(shown);
    mask_feed(stream, bytes, strlen(bytes), shown);
    cr_expect_str_eq(text_string(shown), expected);
}

Test(mask, only_what_may_become_a_secret_is_held_back)
{
    struct mask *mask = MASK("hunter2");
    struct mask_stream stream = {.mask = mask};
    struct text shown = TEXT_EMPTY;

    feed(&stream, "Password: ", &shown, "Password: ");
    feed(&stream, "hun", &shown, "");
    feed(&stream, "ter", &shown, "");
    feed(&stream, "2 ok hunt", &shown, "•••• ok ");
    feed(&stream, "ing", &shown, "hunting");
    feed(&stream, "hunter", &shown, "");
    text_clear(&shown);
    mask_end(&stream, &shown);
    cr_expect_str_eq(text_string(&shown), "hunter");
    text_free(&shown);
    mask_stream_free(&stream);
    mask_free(mask);
}

/* The definition itself: hide what any occurrence covers. */
static void mask_naively(char secrets[][12], int count, const char *bytes, size_t length, struct text *shown)
{
    char *covered = calloc(1, length + 1);

    for (int i = 0; i < count; i++)
        for (size_t at = 0, size = strlen(secrets[i]); at + size <= length; at++)
            if (memcmp(bytes + at, secrets[i], size) == 0)
                memset(covered + at, 1, size);
    for (size_t at = 0; at < length; at++)
        if (!covered[at])
            text_add_char(shown, bytes[at]);
        else if (at == 0 || !covered[at - 1])
            text_add(shown, MASK_SHOWN);
    free(covered);
}

/* Chance that can be repeated. */
static size_t chance(size_t below)
{
    static uint32_t state = 20;

    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
}

static void random_letters(char *letters, size_t length, size_t kinds)
{
    for (size_t i = 0; i < length; i++)
        letters[i] = (char)('a' + chance(kinds));
}

static void try_random_splits(void)
{
    char secrets[6][12] = {{0}};
    char bytes[200];
    int count = 1 + (int)chance(6);
    size_t length = chance(sizeof bytes);
    struct mask *mask = mask_new();
    struct mask_stream stream = {.mask = mask};
    struct text expected = TEXT_EMPTY;
    struct text shown = TEXT_EMPTY;

    for (int i = 0; i < count; i++) {
        random_letters(secrets[i], 4 + chance(7), 2);
        mask_add(mask, secrets[i], strlen(secrets[i]));
    }
    mask_close(mask);
    random_letters(bytes, length, 2 + chance(2));
    mask_naively(secrets, count, bytes, length, &expected);
    for (size_t at = 0, piece; at < length; at += piece) {
        piece = 1 + chance(1 + chance(20));
        piece = piece < length - at ? piece : length - at;
        mask_feed(&stream, bytes + at, piece, &shown);
    }
    mask_end(&stream, &shown);
    cr_assert_str_eq(text_string(&shown), text_string(&expected));
    text_free(&shown);
    text_free(&expected);
    mask_stream_free(&stream);
    mask_free(mask);
}

Test(mask, any_split_shows_what_the_whole_would)
{
    for (int i = 0; i < 20000; i++)
        try_random_splits();
}

/* What is shown live never has a part of a secret that is not known to be one: nothing shown is taken back. */
Test(mask, what_is_shown_of_a_secret_in_the_making_is_nothing)
{
    struct mask *mask = MASK("correct horse battery staple");
    struct mask_stream stream = {.mask = mask};
    struct text shown = TEXT_EMPTY;

    for (const char *at = "correct horse battery staple"; *at; at++)
        mask_feed(&stream, at, 1, &shown);
    cr_expect_str_eq(text_string(&shown), MASK_SHOWN);
    text_free(&shown);
    mask_stream_free(&stream);
    mask_free(mask);
}

/* Line ends are no part of what is hidden in encodings that wrap; where they stand must not matter, nor how the stream
 * is cut. */
static void try_random_wraps(void)
{
    char secret[12] = "", bytes[120];
    size_t length = chance(sizeof bytes);
    struct mask *mask = mask_new();
    struct mask_stream stream = {.mask = mask};
    struct text whole = TEXT_EMPTY, pieces = TEXT_EMPTY;

    random_letters(secret, 5 + chance(6), 2);
    mask_add_wrapped(mask, secret, strlen(secret));
    mask_close(mask);
    random_letters(bytes, length, 2);
    for (size_t at = 0; at < length; at++)
        if (chance(6) == 0)
            bytes[at] = chance(2) ? '\n' : '\r';
    mask_text(mask, bytes, length, &whole);
    for (size_t at = 0, piece; at < length; at += piece) {
        piece = 1 + chance(20);
        piece = piece < length - at ? piece : length - at;
        mask_feed(&stream, bytes + at, piece, &pieces);
    }
    mask_end(&stream, &pieces);
    cr_assert_str_eq(text_string(&pieces), text_string(&whole));
    cr_assert_null(strstr(text_string(&whole), secret));
    text_free(&whole);
    text_free(&pieces);
    mask_stream_free(&stream);
    mask_free(mask);
}

Test(mask, any_split_shows_what_the_whole_would_of_wrapped_encodings)
{
    for (int i = 0; i < 20000; i++)
        try_random_wraps();
}

static int64_t time_of(int secrets, const char *bytes, size_t length, struct text *shown)
{
    struct mask *mask = mask_new();
    struct mask_stream stream = {.mask = mask};
    int64_t begun_at = clock_monotonic_ms();
    char secret[2001];

    for (int i = 0; i < secrets; i++) {
        memset(secret, 'a', sizeof secret);
        secret[2000 - 33 * i] = '\0';
        mask_add_secret(mask, secret);
    }
    mask_close(mask);
    for (size_t at = 0; at < length; at += 65536)
        mask_feed(&stream, bytes + at, length - at < 65536 ? length - at : 65536, shown);
    mask_end(&stream, shown);
    mask_stream_free(&stream);
    mask_free(mask);
    return clock_monotonic_ms() - begun_at;
}

/* Each place of the output is the end of 60 secrets: that took minutes, and is as much work as one secret now. The
 * bound is a hundred times of what it takes, and a hundredth of what it took. */
Test(mask, secrets_that_lie_within_each_other_take_no_more_time, .timeout = 120)
{
    size_t length = 8 * 1024 * 1024;
    char *bytes = malloc(length);
    struct text shown = TEXT_EMPTY;

    memset(bytes, 'a', length);
    cr_expect_lt(time_of(60, bytes, length, &shown), 20000);
    cr_expect_str_eq(text_string(&shown), MASK_SHOWN);
    for (size_t at = 1999; at < length; at += 2000)
        bytes[at] = at % 3 ? '\n' : '\r';
    text_clear(&shown);
    cr_expect_lt(time_of(60, bytes, length, &shown), 20000);
    text_free(&shown);
    free(bytes);
}

Test(mask, more_secrets_than_can_be_hidden_are_told)
{
    struct mask *mask = mask_new();
    char secret[16385];

    memset(secret, 'x', sizeof secret - 1);
    secret[16384] = '\0';
    for (int i = 0; i < MASK_MOST_KB / 16; i++)
        mask_add_secret(mask, secret);
    cr_expect(mask_fits(mask));
    mask_add_secret(mask, "more");
    cr_expect_not(mask_fits(mask));
    mask_free(mask);
}
