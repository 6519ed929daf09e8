/* coagent-fcgi: the pool of handlers. */
#include "base/log.h"
#include "base/number.h"
#include "base/secretbox.h"
#include "fcgi/openapi/openapi.h"
#include "fcgi/pool/linkage.h"
#include "fcgi/pool/pool.h"
#include "fcgi/pool/warm.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: coagent-fcgi [--pool fast|wait]\n"
    "       coagent-fcgi --check | --print-wait-locations | --print-types | --version | --help\n"
    "\n"
    "Serves the API to nginx over FastCGI on a unix socket (POOL_SOCKET, POOL_WAIT_SOCKET).\n"
    "  --pool fast|wait         the pool to run as (default: fast)\n"
    "  --check                  check the configuration and the route tables, then exit\n"
    "  --print-wait-locations   print nginx map lines for the routes that may wait\n"
    "  --print-types            print the answers of the API as JSDoc types, for htdocs/js/types.js\n"
    "SIGHUP reloads the configuration. SIGUSR2 switches to the program that is installed now.\n"
    "SIGTERM finishes pending requests and exits.\n"
    "Settings are read from the file in COAGENT_CONFIG, else from /etc/coagent/coagent.conf.\n";

static volatile sig_atomic_t leave, reload, reap, renew;

enum { NOT_INHERITED = -1 };

/* libldap, which libpq brings, brings GnuTLS, whose constructor would fill 140 kB of a heap that every fork copies, for
 * connections that the pool never makes. GnuTLS looks for this name (GNUTLS_SKIP_GLOBAL_INIT). */
__attribute__((visibility("default"))) int _gnutls_global_init_skip(void); /* NOLINT(bugprone-reserved-identifier) */
int _gnutls_global_init_skip(void)
{
    return 1;
}

static void take_signal(int signal)
{
    if (signal == SIGHUP)
        reload = 1;
    else if (signal == SIGCHLD)
        reap = 1;
    else if (signal == SIGUSR2)
        renew = 1;
    else
        leave = 1;
}

/* libfcgi takes SIGTERM, SIGUSR1 and SIGPIPE for itself in FCGX_Init, and then every accept fails: the signals are
 * taken back. They are blocked but in the master's ppoll, and SIGTERM in a child's accept. */
static void own_signals(sigset_t *waiting)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR2};
    struct sigaction action = {.sa_handler = take_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction normal = {.sa_handler = SIG_DFL};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        sigaction(taken[i], &action, NULL);
        sigaddset(&blocked, taken[i]);
    }
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGUSR1, &normal, NULL);
    sigaction(SIGALRM, &normal, NULL);
    sigprocmask(SIG_BLOCK, &blocked, waiting);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigdelset(waiting, taken[i]);
}

static bool tables_are_sound(void)
{
    struct text why = TEXT_EMPTY;
    bool sound = route_tables_check(route_tables, &why) == OUTCOME_OK;
    if (!sound)
        fprintf(stderr, "coagent-fcgi: the route tables are wrong:\n%s", text_string(&why));
    text_free(&why);
    return sound;
}

static bool load_config(struct config *config)
{
    struct text why = TEXT_EMPTY;
    bool loaded = config_load(config, &why) == OUTCOME_OK;
    if (!loaded)
        fprintf(stderr, "coagent-fcgi: the configuration is wrong:\n%s\n", text_string(&why));
    text_free(&why);
    return loaded;
}

/* A connection that could never work is an error of the configuration; one that does not work now is waited for. */
static bool database_is_usable(const struct config *config)
{
    struct db *db = NULL;
    struct text why = TEXT_EMPTY;
    enum outcome outcome = db_open(&db, config->database_url, DB_PREPARE_USED, 0, &why);
    bool unusable = outcome == OUTCOME_INVALID || outcome == OUTCOME_CONFLICT;
    if (unusable)
        fprintf(stderr, "coagent-fcgi: %s\n", text_string(&why));
    db_close(db);
    text_free(&why);
    return !unusable;
}

/* --listener is between this program and its successor, and in no help text. */
static int become_successor(const char *program, enum pool_kind kind, int listener)
{
    char number[16];
    snprintf(number, sizeof number, "%d", listener);
    fcntl(listener, F_SETFD, 0);
    execlp(program, program, "--pool", kind == POOL_WAIT ? "wait" : "fast", "--listener", number, (char *)NULL);
    log_error("%s could not be started again", program);
    return EXIT_FAILURE;
}

static int get_listener(struct listener *listener, int inherited, const char *path, struct text *why)
{
    return inherited == NOT_INHERITED ? listener_open(listener, path, why)
                                      : listener_adopt(listener, inherited, path, why);
}

static int serve(struct config *config, const char *program, enum pool_kind kind, int inherited)
{
    struct pool *pool = calloc(1, sizeof *pool);
    struct text why = TEXT_EMPTY;
    int status = EXIT_FAILURE;
    if (!pool)
        abort();
    *pool = (struct pool){.config = config, .kind = kind, .tables = route_tables, .counters = counters_share()};
    pool->orders = (struct pool_orders){.leave = &leave, .reload = &reload, .reap = &reap, .renew = &renew};
    if (FCGX_Init() != 0 || secretbox_open_library() != OUTCOME_OK) {
        text_add(&why, "a library cannot start");
    } else if (get_listener(&pool->listener, inherited, pool_socket_path(config, kind), &why) == 0) {
        own_signals(&pool->orders.waiting);
        log_info("serving at %s", pool->listener.path);
        warm_up(config, route_tables, kind);
        linkage_slim(kind);
        status = pool_run(pool);
        if (status == POOL_RENEW)
            status = become_successor(program, kind, pool->listener.fd);
        log_info("ended");
    }
    if (why.length > 0)
        fprintf(stderr, "coagent-fcgi: %s\n", text_string(&why));
    text_free(&why);
    free(pool);
    return status;
}

static int print_locations(void)
{
    struct text locations = TEXT_EMPTY;
    route_tables_print_locations(route_tables, &locations);
    fputs(text_string(&locations), stdout);
    text_free(&locations);
    return EXIT_SUCCESS;
}

static int print_types(void)
{
    struct text types = TEXT_EMPTY;
    openapi_write_types(&types);
    fputs(text_string(&types), stdout);
    text_free(&types);
    return EXIT_SUCCESS;
}

static int start(char *const argv[], enum pool_kind kind, int inherited, bool only_check)
{
    struct config config = {0};
    int status = EXIT_FAILURE;
    if (!only_check)
        linkage_choose(argv, kind);
    log_open(kind == POOL_WAIT ? "coagent-fcgi-wait" : "coagent-fcgi", LOG_LEVEL_INFO);
    if (!tables_are_sound() || !load_config(&config))
        return EXIT_FAILURE;
    if (database_is_usable(&config))
        status = only_check ? EXIT_SUCCESS : serve(&config, argv[0], kind, inherited);
    config_free(&config);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"pool", required_argument, NULL, 'p'},  {"listener", required_argument, NULL, 'i'},
        {"check", no_argument, NULL, 'c'},       {"print-wait-locations", no_argument, NULL, 'l'},
        {"print-types", no_argument, NULL, 't'}, {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},        {0}};
    enum pool_kind kind = POOL_FAST;
    bool only_check = false;
    long long inherited = NOT_INHERITED;
    linkage_prepare(argv);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'p':
            if (strcmp(optarg, "fast") != 0 && strcmp(optarg, "wait") != 0)
                goto misused;
            kind = strcmp(optarg, "wait") == 0 ? POOL_WAIT : POOL_FAST;
            break;
        case 'i':
            if (number_parse(optarg, 0, 65535, &inherited) != OUTCOME_OK)
                goto misused;
            break;
        case 'c': only_check = true; break;
        case 'l': return print_locations();
        case 't': return print_types();
        case 'v': puts("coagent-fcgi " PACKAGE_VERSION); return EXIT_SUCCESS;
        case 'h': fputs(usage, stdout); return EXIT_SUCCESS;
        default: goto misused;
        }
    }
    if (optind == argc)
        return start(argv, kind, (int)inherited, only_check);
misused:
    fputs(usage, stderr);
    return 2;
}
