#include "cron/run/lease.h"

#include "base/clock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that does nothing but count, and never asks how its lease is. Answers how it ends. */
static int end_of_busy_process(int64_t lease_ms, long limit_seconds)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct execution execution = {.lease_until = clock_monotonic_ms() + lease_ms};

        lease_limit(&execution, limit_seconds);
        for (volatile unsigned long i = 0;; i++)
            continue;
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

TestSuite(lease, .timeout = 60);

Test(lease, a_process_whose_lease_ends_ends_whatever_it_does)
{
    int64_t begun_at = clock_monotonic_ms();
    int status = end_of_busy_process(200, 3600);

    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
    cr_expect_geq(clock_monotonic_ms() - begun_at, 200);
}

Test(lease, a_process_whose_time_is_long_over_ends_although_its_lease_lasts)
{
    int status = end_of_busy_process(3600 * 1000, -60);

    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}
