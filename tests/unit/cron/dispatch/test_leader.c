#include "cron/dispatch/leader.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[] = "/tmp/coagent-lead-XXXXXX";

static void make_file(void)
{
    int fd = mkstemp(path);

    cr_assert_geq(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(leader, .init = make_file, .fini = remove_file);

/* What another process sees: the locks are between processes. Bits: 1 it may queue, 2 it may lead. */
static int ask_elsewhere(void)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct leader leader;
        int seen = 0;

        if (leader_open(&leader, path) == OUTCOME_OK && leader_queue(&leader) == OUTCOME_OK)
            seen |= 1;
        if (leader_take(&leader, 0) == OUTCOME_OK)
            seen |= 2;
        _exit(seen);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

Test(leader, one_leads_and_one_waits)
{
    struct leader leader;

    cr_assert_eq(leader_open(&leader, path), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 3, "all is free");
    cr_expect_eq(leader_queue(&leader), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 2, "one waits already");
    cr_expect_eq(leader_take(&leader, 0), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 1, "the place beside the leader is free again");
    leader_close(&leader);
    cr_expect_eq(ask_elsewhere(), 3, "and everything when it goes");
}

Test(leader, the_leader_sees_that_somebody_waits)
{
    struct leader leader;
    int ready[2];
    char byte;
    pid_t child;

    cr_assert_eq(leader_open(&leader, path), OUTCOME_OK);
    cr_assert_eq(leader_take(&leader, 0), OUTCOME_OK);
    cr_expect_not(leader_is_awaited(&leader));
    cr_assert_eq(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct leader other;

        leader_open(&other, path);
        leader_queue(&other);
        cr_assert_eq(write(ready[1], "x", 1), 1);
        pause();
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_expect(leader_is_awaited(&leader));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_expect_not(leader_is_awaited(&leader), "its lock died with it");
    leader_close(&leader);
}

Test(leader, one_that_waits_leads_as_soon_as_the_lock_is_free_and_not_before_it_gives_up)
{
    struct leader leader;
    int ready[2];
    char byte;
    int status;
    pid_t child;

    cr_assert_eq(leader_open(&leader, path), OUTCOME_OK);
    cr_assert_eq(leader_take(&leader, 0), OUTCOME_OK);
    cr_assert_eq(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct leader other;
        bool early = leader_open(&other, path) != OUTCOME_OK || leader_take(&other, 20) != OUTCOME_CONFLICT;

        if (write(ready[1], "x", 1) != 1 || early)
            _exit(1);
        _exit(leader_take(&other, 3600 * 1000) == OUTCOME_OK ? 0 : 2);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    leader_close(&leader);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(WEXITSTATUS(status), 0);
}

Test(leader, a_file_that_cannot_be_opened_is_told)
{
    struct leader leader;

    cr_expect_eq(leader_open(&leader, "/nonexistent/runner.lock"), OUTCOME_FAILED);
    leader_close(&leader);
}
