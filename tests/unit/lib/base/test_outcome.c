#include "base/outcome.h"

#include <criterion/criterion.h>
#include <string.h>

Test(outcome, every_outcome_has_a_name_of_its_own)
{
    for (int i = OUTCOME_OK; i <= OUTCOME_FAILED; i++) {
        cr_expect_str_neq(outcome_name((enum outcome)i), "unknown");
        for (int j = OUTCOME_OK; j < i; j++)
            cr_expect_str_neq(outcome_name((enum outcome)i), outcome_name((enum outcome)j));
    }
}
