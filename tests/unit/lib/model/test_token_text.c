#include "model/token_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define USER "01a22702-621e-7d37-972e-b304aaee3059"
#define RUN "01a22702-621e-7d37-972e-b304aaee305a"

Test(token_text, a_token_names_its_ids)
{
    char ids[2][UUID_SIZE];
    char *one = token_text_make("coa_", (const char *const[]){USER, NULL});
    char *two = token_text_make("coar_", (const char *const[]){USER, RUN, NULL});

    cr_assert(token_text_read(one, "coa_", 1, ids));
    cr_expect_str_eq(ids[0], USER);
    cr_assert(token_text_read(two, "coar_", 2, ids));
    cr_expect_str_eq(ids[0], USER);
    cr_expect_str_eq(ids[1], RUN);
    cr_expect_not(token_text_read(one, "coar_", 2, ids));
    cr_expect_not(token_text_read(two, "coa_", 1, ids));
    cr_expect_not(token_text_read(two, "coar_", 1, ids));
    free(one);
    free(two);
}

Test(token_text, two_tokens_differ)
{
    char *one = token_text_make("coar_", (const char *const[]){USER, RUN, NULL});
    char *two = token_text_make("coar_", (const char *const[]){USER, RUN, NULL});

    cr_expect_str_neq(one, two);
    free(one);
    free(two);
}

Test(token_text, every_other_form_is_refused)
{
    char ids[1][UUID_SIZE];
    char *token = token_text_make("coa_", (const char *const[]){USER, NULL});

    for (size_t length = 0; length < strlen(token); length++) {
        char *cut = strndup(token, length);
        cr_expect_not(token_text_read(cut, "coa_", 1, ids));
        free(cut);
    }
    for (size_t i = 0; i < strlen(token); i++) {
        char kept = token[i];
        token[i] = '%';
        cr_expect_not(token_text_read(token, "coa_", 1, ids));
        token[i] = kept;
    }
    cr_expect(token_text_read(token, "coa_", 1, ids));
    free(token);
}
