/* coagent-runner: started by cron each minute. One instance works, one waits beside it, a third is not needed. */
#include "base/config.h"
#include "base/libraries.h"
#include "base/log.h"
#include "base/number.h"
#include "base/secretbox.h"
#include "cron/dispatch/dispatch.h"
#include "cron/sandbox/cgroup.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#define OPEN_FILES 65536

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static int usage(FILE *out, int status)
{
    fputs("Usage: coagent-runner [--seconds N] [--once]\n"
          "Executes queued runs of scripts, answers of agents and checks of providers, and the chores.\n"
          "\n"
          "  --seconds N   serve for N seconds (1 to 3600, default 900), less when the program or the settings\n"
          "                change; cron starts the next one before that. It waits and takes over at once if this\n"
          "                one dies\n"
          "  --once        start what is queued now, then exit\n"
          "  --needed      only tell whether another instance is needed: 0 yes, 1 no, one works and one waits\n"
          "  --help        this text\n"
          "\n"
          "Settings come from COAGENT_CONFIG, else /etc/coagent/coagent.conf, and from the environment.\n",
          out);
    return status;
}

static int parse(int argc, char **argv, struct dispatch *dispatch)
{
    static const struct option options[] = {
        {"needed", no_argument, NULL, 'n'},
        {"seconds", required_argument, NULL, 's'},
        {"once", no_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        long long seconds;

        if (option == 'h')
            exit(usage(stdout, EXIT_SUCCESS));
        if (option == 'o')
            dispatch->once = true;
        else if (option == 'n')
            dispatch->ask = true;
        else if (option == 's' && number_parse(optarg, 1, 3600, &seconds) == OUTCOME_OK)
            dispatch->seconds = (int)seconds;
        else
            return usage(stderr, EX_USAGE);
    }
    return optind == argc ? EXIT_SUCCESS : usage(stderr, EX_USAGE);
}

/* Without SA_RESTART, so that a sleeping dispatcher notices. */
static void set_signals(void)
{
    struct sigaction action = {.sa_handler = stop};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

/* Descriptors that runs send to each other, and have not received, count for all processes of this user: one that
 * sends may have as many under way as it may have open files. So what we start (slirp4netns sends one, too) may have
 * many more than a run. */
static void raise_open_files(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    if (files.rlim_cur < OPEN_FILES)
        files.rlim_cur = files.rlim_max < OPEN_FILES ? files.rlim_max : OPEN_FILES;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        log_warn("the limit of open files cannot be raised");
}

static int serve(const struct dispatch *dispatch)
{
    char cgroup[512];

    set_signals();
    raise_open_files();
    cgroup_read_self(cgroup);
    if (cgroup_divide(CGROUP_MOUNT, cgroup))
        log_debug("each run gets a cgroup of its own");
    return dispatch_serve(dispatch);
}

int main(int argc, char **argv)
{
    struct config config;
    struct origin origin;
    struct dispatch dispatch = {.config = &config, .origin = &origin, .seconds = 900, .stopped = &stopped};
    struct text why = TEXT_EMPTY;

    libraries_bind(argv);
    int status = parse(argc, argv, &dispatch);

    if (status != EXIT_SUCCESS)
        return status;
    log_open("coagent-runner", LOG_LEVEL_INFO);
    origin_note(&origin, config_path());
    if (config_load(&config, &why) != OUTCOME_OK || secretbox_open_library() != OUTCOME_OK) {
        log_error("not started: %s", text_string(&why));
        text_free(&why);
        origin_free(&origin);
        return EX_CONFIG;
    }
    if (dispatch.ask)
        status = dispatch_is_needed(&dispatch) ? EXIT_SUCCESS : EXIT_FAILURE;
    else
        status = serve(&dispatch);
    config_free(&config);
    origin_free(&origin);
    return status;
}
