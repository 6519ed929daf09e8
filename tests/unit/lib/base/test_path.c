#include "base/path.h"

#include <criterion/criterion.h>

Test(path, of_parts_with_names_stays)
{
    static const char *const good[] = {"a", "a/b", "a.b/..c/...", ".hidden", "a/b..", "a b"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect_not(path_leads_elsewhere(good[i]), "%s", good[i]);
}

Test(path, with_a_part_that_is_none_leads_elsewhere)
{
    static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/..", "a/../b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(path_leads_elsewhere(bad[i]), "\"%s\"", bad[i]);
}
