/* fanout: many WebSockets in one room; how soon, and how many a second, messages that are posted over HTTP arrive.
 *
 *   fanout --port N --path PATH [--headers FILE] [--socket-io TOKEN] --sockets N [--processes N]
 *          --post-port N --post-path PATH [--post-header LINE]... --body JSON
 *          [--posters N] [--messages N] [--interval-us N] [--patience SECONDS]
 *
 * Prints one line of JSON. Everything is on 127.0.0.1. */
#include "listen.h"
#include "post.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum option_code {
    OPTION_PORT = 1,
    OPTION_PATH,
    OPTION_HEADERS,
    OPTION_SOCKET_IO,
    OPTION_SOCKETS,
    OPTION_PROCESSES,
    OPTION_POST_PORT,
    OPTION_POST_PATH,
    OPTION_POST_HEADER,
    OPTION_BODY,
    OPTION_POSTERS,
    OPTION_MESSAGES,
    OPTION_INTERVAL,
    OPTION_PATIENCE,
};

static const struct option options[] = {{"port", required_argument, NULL, OPTION_PORT},
                                        {"path", required_argument, NULL, OPTION_PATH},
                                        {"headers", required_argument, NULL, OPTION_HEADERS},
                                        {"socket-io", required_argument, NULL, OPTION_SOCKET_IO},
                                        {"sockets", required_argument, NULL, OPTION_SOCKETS},
                                        {"processes", required_argument, NULL, OPTION_PROCESSES},
                                        {"post-port", required_argument, NULL, OPTION_POST_PORT},
                                        {"post-path", required_argument, NULL, OPTION_POST_PATH},
                                        {"post-header", required_argument, NULL, OPTION_POST_HEADER},
                                        {"body", required_argument, NULL, OPTION_BODY},
                                        {"posters", required_argument, NULL, OPTION_POSTERS},
                                        {"messages", required_argument, NULL, OPTION_MESSAGES},
                                        {"interval-us", required_argument, NULL, OPTION_INTERVAL},
                                        {"patience", required_argument, NULL, OPTION_PATIENCE},
                                        {0}};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A line each. */
static void read_headers(struct plan *plan, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) > 0) {
        char **grown = realloc(plan->headers, ((size_t)plan->header_count + 1) * sizeof *grown);
        if (!grown)
            abort();
        plan->headers = grown;
        line[strcspn(line, "\r\n")] = '\0';
        plan->headers[plan->header_count++] = strdup(line);
    }
    if (file)
        fclose(file);
    free(line);
}

static bool take_option(struct plan *plan, int code, int *post_headers)
{
    int number = (int)strtol(optarg ? optarg : "", NULL, 10);
    switch (code) {
    case OPTION_PORT: plan->address = loopback(number); return true;
    case OPTION_PATH: plan->path = optarg; return true;
    case OPTION_HEADERS: read_headers(plan, optarg); return true;
    case OPTION_SOCKET_IO: plan->socket_io = optarg; return true;
    case OPTION_SOCKETS: plan->sockets = number; return number > 0;
    case OPTION_PROCESSES: plan->processes = number; return number > 0 && number <= PROCESSES_MOST;
    case OPTION_POST_PORT: plan->post_address = loopback(number); return true;
    case OPTION_POST_PATH: plan->post_path = optarg; return true;
    case OPTION_POST_HEADER: plan->post_headers[(*post_headers)++] = optarg; return *post_headers < HEADERS_MOST;
    case OPTION_BODY: plan->body = optarg; return true;
    case OPTION_POSTERS: plan->posters = number; return number > 0;
    case OPTION_MESSAGES: plan->messages = number; return number > 0 && number <= MESSAGES_MOST;
    case OPTION_INTERVAL: plan->interval_us = number; return true;
    case OPTION_PATIENCE: plan->patience_seconds = number; return number > 0;
    default: return false;
    }
}

static bool read_options(struct plan *plan, int argc, char **argv)
{
    int post_headers = 0;
    *plan = (struct plan){.processes = 2, .posters = 1, .messages = 100, .patience_seconds = 30};
    for (int code; (code = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!take_option(plan, code, &post_headers))
            return false;
    return plan->path && plan->post_path && plan->body && plan->sockets > 0;
}

/* Of all listeners: how many sockets are open, how many failed, what has arrived. */
struct state {
    int ready;
    int failed;
    long delivered;
    int64_t last_at;
};

static struct state look(const struct board *board)
{
    struct state state = {0};
    for (int i = 0; i < board->plan.processes; i++) {
        const struct tally *tally = &board->tallies[i];
        int64_t last_at = atomic_load(&tally->last_at);
        state.ready += atomic_load(&tally->ready);
        state.failed += atomic_load(&tally->failed);
        state.delivered += atomic_load(&tally->delivered);
        if (last_at > state.last_at)
            state.last_at = last_at;
    }
    return state;
}

/* Waits until all sockets are there, or all messages; gives up when nothing moves. */
static struct state wait_for(const struct board *board, long wanted, bool messages)
{
    long before = -1;
    int64_t moved_at = now_us();
    for (;;) {
        struct state state = look(board);
        long now = messages ? state.delivered : state.ready;
        if (now >= wanted || now_us() - moved_at > board->plan.patience_seconds * 1000000LL)
            return state;
        if (now != before)
            moved_at = now_us();
        before = now;
        usleep(2000);
    }
}

static void print(const struct board *board, struct state state, const struct histogram *answers)
{
    struct histogram times = {0};
    double seconds = (double)(state.last_at - atomic_load(&board->sent_at[0])) / 1e6;
    for (int i = 0; i < board->plan.processes; i++)
        histogram_merge(&times, &board->tallies[i].times);
    printf("{\"sockets\": %d, \"failed\": %d, \"messages\": %d, \"delivered\": %ld, \"expected\": %ld, "
           "\"seconds\": %.6f, \"rate\": %.1f, \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
           "\"answer_p50_ms\": %.3f}\n",
           state.ready, state.failed, board->plan.messages, state.delivered,
           (long)board->plan.sockets * board->plan.messages, seconds,
           seconds > 0 ? (double)state.delivered / seconds : 0.0, (double)histogram_quantile(&times, 0.5) / 1e3,
           (double)histogram_quantile(&times, 0.9) / 1e3, (double)histogram_quantile(&times, 0.99) / 1e3,
           (double)times.most / 1e3, (double)histogram_quantile(answers, 0.5) / 1e3);
}

static int measure(struct board *board)
{
    struct histogram answers = {0};
    const struct plan *plan = &board->plan;
    struct state state = wait_for(board, plan->sockets, false);
    bool good = state.ready == plan->sockets;
    if (!good)
        fprintf(stderr, "fanout: only %d of %d sockets opened\n", state.ready, plan->sockets);
    usleep(300000); /* what opening has set off comes to rest */
    if (good && !post_all(board, &answers)) {
        fprintf(stderr, "fanout: posting failed\n");
        good = false;
    }
    state = good ? wait_for(board, (long)plan->sockets * plan->messages, true) : look(board);
    print(board, state, &answers);
    return good ? 0 : 1;
}

static void raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(int argc, char **argv)
{
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[PROCESSES_MOST] = {0};
    if (board == MAP_FAILED || !read_options(&board->plan, argc, argv)) {
        fprintf(stderr, "fanout: the options are wrong; the top of main.c has them\n");
        return 2;
    }
    raise_file_limit();
    for (int i = 0; i < board->plan.processes; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            listen_run(board, i);
        }
    }
    int status = measure(board);
    for (int i = 0; i < board->plan.processes; i++) {
        if (children[i] <= 0) /* a fork that failed: kill(-1) would end everything */
            continue;
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return status;
}
