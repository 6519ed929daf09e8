#include "fcgi/pool/child.h"

#include "base/clock.h"
#include "base/log.h"
#include "fcgi/http/router.h"
#include "fcgi/http/source.h"

#include <errno.h>
#include <fcgiapp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define READ_SECONDS 10 /* between two pieces of a request, and for one piece of an answer */

/* The master may have died before PR_SET_PDEATHSIG took hold: then nobody would ever end this child. */
static void die_with_master(pid_t master)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != master)
        _exit(CHILD_HELPLESS);
}

static void limit_cpu_time(const struct config *config)
{
    struct rlimit cpu = {(rlim_t)config->request_seconds, (rlim_t)config->request_seconds + 1};
    setrlimit(RLIMIT_CPU, &cpu);
}

static void shut_out_term(void)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
}

/* The next connection, or -1 when the child is to go. SIGTERM is repeated until the child is gone, so one that arrives
 * just before accept is not lost; and none can come between accept and the answer. */
static int wait_for_connection(const struct child_terms *terms)
{
    int fd = -1;
    while (!*terms->leave && fd < 0) {
        fd = accept4(terms->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && errno == EINVAL)
            break; /* the master has shut the socket: the pool drains */
        if (fd < 0 && errno != EINTR && errno != ECONNABORTED) {
            log_error("accept: %s", strerror(errno));
            _exit(CHILD_HELPLESS);
        }
    }
    shut_out_term();
    return fd;
}

/* From here on a clock runs that nobody can stop: SIGALRM ends the child whatever it does. */
static void start_clock(const struct config *config, int fd)
{
    struct timeval patience = {READ_SECONDS, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    alarm((unsigned)config->request_seconds);
}

/* FCGX_Accept_r would accept and read in one call, and neither the clock nor SIGTERM could stand between the two. A
 * request that has a connection already is only read: that is how libfcgi serves the second request of a kept
 * connection, and this one enters the same way. Without a listening socket it does not accept another one when what
 * arrives is no FastCGI. */
static int read_request(FCGX_Request *fcgi, int fd)
{
    FCGX_InitRequest(fcgi, -1, 0);
    fcgi->listen_sock = -1;
    fcgi->ipcFd = fd;
    fcgi->keepConnection = 1;
    return FCGX_Accept_r(fcgi);
}

static int read_stream(void *context, char *bytes, int most)
{
    const FCGX_Request *fcgi = context;
    int count = FCGX_GetStr(bytes, most, fcgi->in);
    return count == 0 && FCGX_GetError(fcgi->in) != 0 ? -1 : count;
}

static int write_stream(void *context, const char *bytes, int count)
{
    const FCGX_Request *fcgi = context;
    return FCGX_PutStr(bytes, count, fcgi->out) == count ? 0 : -1;
}

/* One line a request, with the time until its answer was out. */
static void tell(const struct request *request, int64_t milliseconds)
{
    log_info("%s %s %d %lld ms %s", request->method, request->path[0] ? request->path : "?",
             answer_status(request->answer), (long long)milliseconds,
             request->caller.kind == CALLER_NOBODY ? "-" : request->caller.user_id);
}

static void count_answer(const struct request *request, int64_t milliseconds)
{
    struct counters *counters = request->counters;
    atomic_fetch_add(&counters->answers[answer_status(request->answer) / 100 % 6], 1);
    atomic_fetch_add(&counters->milliseconds, (unsigned long)milliseconds);
}

/* nginx passes the end of an answer on when it reads the end of the connection, which would otherwise come after all
 * that follows the answer, and after the kernel has taken the child's memory apart. */
static void end_answer(FCGX_Request *fcgi)
{
    FCGX_FClose(fcgi->err);
    FCGX_FClose(fcgi->out);
    shutdown(fcgi->ipcFd, SHUT_WR);
}

/* The answer and its end go out before what follows is done: publishing, and the audit of refusals. The process ends
 * after this: nothing is freed. */
static void serve(const struct child_terms *terms, FCGX_Request *fcgi)
{
    struct request request;
    struct source source = {fcgi->envp, read_stream, write_stream, fcgi};
    request_open(&request, terms->config, terms->db, &source);
    request.counters = terms->counters;
    request.slot = terms->slot;
    request.is_fast = terms->kind == POOL_FAST;
    log_set_context(request.id);
    router_serve(&request, terms->tables);
    respond_send(&request);
    counters_end_turn(terms->counters, terms->slot);
    end_answer(fcgi);
    int64_t milliseconds = clock_monotonic_ms() - request.started_at;
    router_after(&request);
    count_answer(&request, milliseconds);
    tell(&request, milliseconds);
}

_Noreturn void child_run(const struct child_terms *terms)
{
    FCGX_Request fcgi;
    die_with_master(terms->master);
    limit_cpu_time(terms->config);
    int fd = wait_for_connection(terms);
    if (fd < 0)
        _exit(CHILD_LEFT);
    atomic_store(&terms->counters->busy[terms->slot], 1);
    start_clock(terms->config, fd);
    if (read_request(&fcgi, fd) == 0)
        serve(terms, &fcgi);
    _exit(!terms->db || db_is_idle(terms->db) ? CHILD_CLEAN : CHILD_DIRTY);
}
