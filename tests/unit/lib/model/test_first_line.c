#include "model/first_line.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define EXPECT_PROGRAM(code, program)                                                                                  \
    do {                                                                                                               \
        char *found = first_line_program(code);                                                                        \
        cr_expect_str_eq(found ? found : "", program, "%s: %s", code, found ? found : "none");                         \
        free(found);                                                                                                   \
    } while (0)

Test(first_line, a_path_names_its_program)
{
    EXPECT_PROGRAM("#!/bin/sh\n", "sh");
    EXPECT_PROGRAM("#! /bin/bash -eu\necho", "bash");
    EXPECT_PROGRAM("#!node", "node");
    EXPECT_PROGRAM("#!\t/usr/bin/ansible-playbook\r\n", "ansible-playbook");
    EXPECT_PROGRAM("#!/opt/perl/bin/perl -w", "perl");
}

Test(first_line, env_names_its_command)
{
    EXPECT_PROGRAM("#!/usr/bin/env python3\r\nbash", "python3");
    EXPECT_PROGRAM("#!/usr/bin/env -S node --no-warnings", "node");
    EXPECT_PROGRAM("#!/usr/bin/env -Snode --no-warnings", "node");
    EXPECT_PROGRAM("#!/usr/bin/env --split-string=/usr/bin/ansible-playbook -i x", "ansible-playbook");
    EXPECT_PROGRAM("#!/usr/bin/env -i -u HOME LC_ALL=C /bin/bash -e", "bash");
}

Test(first_line, a_version_of_python_3_is_python_3)
{
    EXPECT_PROGRAM("#!/usr/bin/python3.11", "python3");
    EXPECT_PROGRAM("#!/usr/bin/python2", "python2");
    EXPECT_PROGRAM("#!/usr/bin/python3x", "python3x");
}

Test(first_line, others_name_none)
{
    static const char *const codes[] = {
        "",           "#",           "#!",  "#!\n/bin/sh",    "#! \t\r\n",           "# !/bin/sh",
        " #!/bin/sh", "\n#!/bin/sh", "#!/", "#!/usr/bin/env", "#!/usr/bin/env -S\n", "#!env -u"};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        EXPECT_PROGRAM(codes[i], "");
}

Test(first_line, the_first_kind_of_a_program_is_its_kind)
{
    cr_expect_str_eq(first_line_kind("bash"), "sh");
    cr_expect_str_eq(first_line_kind("python"), "python");
    cr_expect_str_eq(first_line_kind("nodejs"), "node");
    cr_expect_str_eq(first_line_kind("ansible-playbook"), "playbook");
    cr_expect_str_eq(first_line_kind("terraform"), "terraform");
    cr_expect_null(first_line_kind("ansible"));
    cr_expect_null(first_line_kind("python2"));
    cr_expect_null(first_line_kind("perl"));
}
