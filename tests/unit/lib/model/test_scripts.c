#include "model/scripts.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define EXPECT_KIND(filename, code, kind) cr_expect_str_eq(scripts_kind_of(filename, code), kind)
#define EXPECT_NAME(filename, name)                                                                                    \
    do {                                                                                                               \
        char *found = scripts_name_of(filename);                                                                       \
        cr_expect_str_eq(found, name);                                                                                 \
        free(found);                                                                                                   \
    } while (0)

Test(scripts, the_ending_says_the_kind_before_the_first_line)
{
    EXPECT_KIND("a.sh", "", "sh");
    EXPECT_KIND("a.b.PY", "#!/bin/bash\n", "python");
    EXPECT_KIND("a.mjs", "", "node");
    EXPECT_KIND("site.yaml", "", "playbook");
    EXPECT_KIND("main.tf", "", "terraform");
    EXPECT_KIND("list.aws", "", "aws");
}

Test(scripts, the_first_line_says_the_kind_where_the_ending_does_not)
{
    EXPECT_KIND("deploy", "#!/bin/sh\n", "sh");
    EXPECT_KIND("deploy.txt", "#!/usr/bin/env python3\r\nbash", "python");
    EXPECT_KIND("deploy", "#!/usr/bin/env -S node --no-warnings", "node");
    EXPECT_KIND("deploy", "#!/usr/bin/ansible-playbook\n", "playbook");
}

Test(scripts, a_file_that_says_nothing_has_no_kind)
{
    cr_expect_null(scripts_kind_of("deploy", ""));
    cr_expect_null(scripts_kind_of("deploy.exe", "MZ"));
    cr_expect_null(scripts_kind_of("sh", "# python\n"));
    cr_expect_null(scripts_kind_of("deploy", "#!/usr/bin/perl\npython\n"));
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
