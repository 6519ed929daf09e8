#include "cron/store/remove.h"

#include "../sandbox/trial.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[] = "/tmp/remove-XXXXXX";
static int folder;

static void shell(const char *words)
{
    char command[1024];

    snprintf(command, sizeof command, "cd %s && %s", base, words);
    cr_assert_eq(system(command), 0, "%s", command); /* NOLINT(cert-env33-c): a test's own words */
}

static void set(void)
{
    struct trial user;

    trial_set(&user); /* not as root, whom no mode stops */
    cr_assert(mkdtemp(base));
    folder = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void clear(void)
{
    shell("{ chmod -R u+rwx . 2>/dev/null; rm -rf \"$PWD\"; }");
}

TestSuite(store_remove, .init = set, .fini = clear, .timeout = 180);

static bool is_there(const char *name)
{
    struct stat state;

    return fstatat(folder, name, &state, AT_SYMLINK_NOFOLLOW) == 0;
}

Test(store_remove, removes_a_tree_and_nothing_beside_it)
{
    shell("mkdir -p t/a/b/c other && echo x >t/a/f && mkfifo t/a/p && echo y >other/f && ln -s ../other t/link && "
          "ln -s ../other/f t/a/g && for i in $(seq 3000); do : >t/a/b/$i; done");
    cr_expect_eq(remove_tree(folder, "t"), OUTCOME_OK);
    cr_expect_not(is_there("t"));
    cr_expect(is_there("other/f"));
}

Test(store_remove, removes_a_link_and_not_what_it_leads_to)
{
    shell("mkdir d && : >d/f && ln -s d link && ln -s d/f file");
    cr_expect_eq(remove_tree(folder, "link"), OUTCOME_OK);
    cr_expect_eq(remove_tree(folder, "file"), OUTCOME_OK);
    cr_expect(is_there("d/f") && !is_there("link") && !is_there("file"));
}

Test(store_remove, says_that_there_is_nothing)
{
    cr_expect_eq(remove_tree(folder, "nothing"), OUTCOME_ABSENT);
}

Test(store_remove, opens_folders_that_their_modes_close)
{
    shell("mkdir -p t/a/b && : >t/a/b/f && chmod 0 t/a/b/f t/a/b t/a t");
    cr_expect_eq(remove_tree(folder, "t"), OUTCOME_OK);
    cr_expect_not(is_there("t"));
}

Test(store_remove, gives_a_tree_up_that_is_too_deep)
{
    shell("mkdir t && cd t && for i in $(seq 300); do mkdir d && cd d; done");
    cr_expect_eq(remove_tree(folder, "t"), OUTCOME_FAILED);
    cr_expect_eq(errno, ELOOP);
}
