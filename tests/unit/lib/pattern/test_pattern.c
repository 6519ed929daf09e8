/* Regular expressions: every case of patterns.json, on which the browser's RegExp agrees, and that none takes long. */
#include "../schema/vectors.h"

#include "base/json.h"
#include "pattern/pattern.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENOUGH 32000000L

static void expect_texts(const struct pattern *pattern, const char *source, struct json_object *texts,
                         enum outcome wanted)
{
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(texts, i));
        long work = ENOUGH;
        cr_expect_eq(pattern_matches(pattern, text, &work), wanted, "%s, \"%s\"", source, text);
        cr_expect_lt(work, ENOUGH);
    }
}

Test(pattern, fits_what_it_should_and_says_what_it_cannot_be)
{
    struct json_object *cases = vectors_load("patterns.json");
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *one = json_object_array_get_idx(cases, i);
        const char *source = json_text(one, "pattern"), *error = json_text(one, "error");
        struct pattern *pattern = NULL;
        struct text why = TEXT_EMPTY;
        enum outcome outcome = pattern_compile(source, &pattern, &why);
        cr_expect_eq(outcome, error ? OUTCOME_INVALID : OUTCOME_OK, "%s: %s", source, text_string(&why));
        cr_expect_str_eq(text_string(&why), error ? error : "", "%s", source);
        cr_expect_eq(pattern != NULL, error == NULL);
        if (pattern && !error) {
            expect_texts(pattern, source, json_member(one, "fits"), OUTCOME_OK);
            expect_texts(pattern, source, json_member(one, "fails"), OUTCOME_ABSENT);
        }
        pattern_free(pattern);
        text_free(&why);
    }
    json_object_put(cases);
}

/* A text that begins again and again as if it would fit. */
static char *repeated(const char *character, size_t count, const char *end)
{
    struct text text = TEXT_EMPTY;
    for (size_t i = 0; i < count; i++)
        text_add(&text, character);
    text_add(&text, end);
    return text.bytes;
}

static enum outcome match_in_time(const char *source, const char *text)
{
    struct pattern *pattern = NULL;
    struct text why = TEXT_EMPTY;
    long work = ENOUGH;
    cr_assert_eq(pattern_compile(source, &pattern, &why), OUTCOME_OK, "%s: %s", source, text_string(&why));
    clock_t begin = clock();
    enum outcome outcome = pattern_matches(pattern, text, &work);
    cr_expect_lt(clock() - begin, 10 * CLOCKS_PER_SEC, "%s", source);
    cr_expect_geq(work, 0);
    pattern_free(pattern);
    return outcome;
}

Test(pattern, what_bursts_other_engines_takes_little_here)
{
    static const char *const sources[] = {
        "(a*)*b",
        "^(a|aa)+$",
        "(.*)(.*)(.*)(.*)(.*)x",
        "(a+)+$",
        "((((((a+)+)+)+)+)+)+$",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.{0,99}.{0,99})*x",
        "(.{0,240}.{0,240})*x",
        "(\\w|a)*(\\w|a)*(\\w|a)*x$",
        "(a?){200}b",
        "^(a?){200}a{200}$",
    };
    char *text = repeated("a", 15999, "!");
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        cr_expect_eq(match_in_time(sources[i], text), OUTCOME_ABSENT, "%s", sources[i]);
    free(text);
}

Test(pattern, work_that_does_not_suffice_is_told)
{
    char *set = repeated("\xd0\xb6\xd1\x8f", 90, "");
    char *source = text_format("([%s\xc3\xa4]{0,300}x?)*y", set);
    char *text = repeated("\xc3\xa4", 16000, "");
    cr_expect_eq(match_in_time(source, text), OUTCOME_LIMITED);
    free(text);
    free(source);
    free(set);
}

Test(pattern, bytes_that_are_no_text_are_read_safely)
{
    cr_expect_eq(match_in_time("^.$", "\xff"), OUTCOME_OK);
    cr_expect_eq(match_in_time("^..$", "\xe2\x82"), OUTCOME_OK);
    cr_expect_eq(match_in_time("^\\uFFFD$", "\xf0"), OUTCOME_OK);
}
