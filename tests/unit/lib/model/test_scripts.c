#include "model/scripts.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define EXPECT_KIND(filename, kind) cr_expect_str_eq(scripts_kind_of(filename), kind)
#define EXPECT_NAME(filename, name)                                                                                    \
    do {                                                                                                               \
        char *found = scripts_name_of(filename);                                                                       \
        cr_expect_str_eq(found, name);                                                                                 \
        free(found);                                                                                                   \
    } while (0)

Test(scripts, the_ending_says_the_kind)
{
    EXPECT_KIND("a.sh", "sh");
    EXPECT_KIND("a.b.PY", "python");
    EXPECT_KIND("a.mjs", "node");
    EXPECT_KIND("site.yaml", "playbook");
    EXPECT_KIND("main.tf", "terraform");
    EXPECT_KIND("list.aws", "aws");
}

Test(scripts, another_ending_says_no_kind)
{
    cr_expect_null(scripts_kind_of("deploy"));
    cr_expect_null(scripts_kind_of("deploy.exe"));
    cr_expect_null(scripts_kind_of("sh"));
    cr_expect_null(scripts_kind_of("sh."));
}

Test(scripts, a_name_is_without_folders_and_ending)
{
    EXPECT_NAME("deploy.sh", "deploy");
    EXPECT_NAME("a/b.c/deploy.old.sh", "deploy.old");
    EXPECT_NAME("C:\\work\\deploy.py", "deploy");
    EXPECT_NAME("deploy", "deploy");
    EXPECT_NAME(".sh", ".sh");
    EXPECT_NAME("a/", "a/");
}
