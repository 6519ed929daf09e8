#include "cron/lead.h"

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

TestSuite(lead, .init = make_file, .fini = remove_file);

/* What another process sees: the locks are between processes. Bits: 1 it may queue, 2 it may lead. */
static int ask_elsewhere(void)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct lead lead;
        int seen = 0;

        if (lead_open(&lead, path) == OUTCOME_OK && lead_queue(&lead) == OUTCOME_OK)
            seen |= 1;
        if (lead_take(&lead) == OUTCOME_OK)
            seen |= 2;
        _exit(seen);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

Test(lead, one_leads_and_one_waits)
{
    struct lead lead;

    cr_assert_eq(lead_open(&lead, path), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 3, "all is free");
    cr_expect_eq(lead_queue(&lead), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 2, "one waits already");
    cr_expect_eq(lead_take(&lead), OUTCOME_OK);
    cr_expect_eq(ask_elsewhere(), 1, "the place beside the leader is free again");
    lead_close(&lead);
    cr_expect_eq(ask_elsewhere(), 3, "and everything when it goes");
}

Test(lead, the_leader_sees_that_somebody_waits)
{
    struct lead lead;
    int ready[2];
    char byte;
    pid_t child;

    cr_assert_eq(lead_open(&lead, path), OUTCOME_OK);
    cr_assert_eq(lead_take(&lead), OUTCOME_OK);
    cr_expect_not(lead_is_awaited(&lead));
    cr_assert_eq(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct lead other;

        lead_open(&other, path);
        lead_queue(&other);
        cr_assert_eq(write(ready[1], "x", 1), 1);
        pause();
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_expect(lead_is_awaited(&lead));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_expect_not(lead_is_awaited(&lead), "its lock died with it");
    lead_close(&lead);
}

Test(lead, a_file_that_cannot_be_opened_is_told)
{
    struct lead lead;

    cr_expect_eq(lead_open(&lead, "/nonexistent/runner.lock"), OUTCOME_FAILED);
    lead_close(&lead);
}
