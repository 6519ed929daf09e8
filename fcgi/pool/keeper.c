#include "fcgi/pool/keeper.h"

#include "base/libraries.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_MOST ((rlim_t)512 << 20)

/* Children inherit these; the limit on CPU time they set themselves, for a keeper's time has no limit. */
static void limit_resources(void)
{
    struct rlimit core = {0, 0};
    setrlimit(RLIMIT_CORE, &core);
#ifndef __SANITIZE_ADDRESS__
    struct rlimit memory = {MEMORY_MOST, MEMORY_MOST};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

static void let_in(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Passes SIGTERM on. The master repeats it until the keeper is gone, so one that comes at a bad moment is not lost. */
static int wait_for_child(const struct child_terms *terms, pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        if (*terms->leave)
            kill(child, SIGTERM);
    counters_leave(terms->counters, terms->slot);
    return status;
}

static _Noreturn void end_like(int status)
{
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        let_in(WTERMSIG(status));
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_DIRTY);
}

_Noreturn void keeper_run(const struct child_terms *terms)
{
    struct child_terms own = *terms;
    own.master = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != terms->master)
        _exit(CHILD_HELPLESS);
    limit_resources();
    let_in(SIGTERM);
    while (!*terms->leave) {
        pid_t child = libraries_fork();
        if (child == 0)
            child_run(&own);
        if (child < 0) {
            log_error("fork: %s", strerror(errno));
            _exit(CHILD_HELPLESS);
        }
        int status = wait_for_child(terms, child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_LEFT)
            break;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_CLEAN)
            end_like(status);
    }
    _exit(CHILD_CLEAN);
}
