/* coagentctl: administration from the command line. */
#include "base/log.h"
#include "base/secretbox.h"
#include "ctl/command.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &command_create_admin,     &command_migrate,    &command_status,        &command_doctor,
    &command_make_certificate, &command_rotate_key, &command_trust_proxies, NULL,
};

static void print_help(FILE *to)
{
    fputs("Usage: coagentctl COMMAND [OPTION]...\n"
          "Administers a CoAgent studio.\n\n"
          "Commands:\n",
          to);
    for (const struct command *const *command = commands; *command; command++)
        fprintf(to, "  %-17s %s\n", (*command)->name, (*command)->summary);
    fputs("\n\"coagentctl COMMAND --help\" describes a command. With --json, every command prints one JSON document, "
          "even\n"
          "if it fails: {\"error\": {\"message\", \"status\"}}. Settings are read from the file in COAGENT_CONFIG,\n"
          "else /etc/coagent/coagent.conf, and from the environment, which takes precedence.\n"
          "The exit status is 0 on success, 1 if the command failed or found a problem, 2 if the command line is\n"
          "invalid, 3 if the settings are invalid, 4 if PostgreSQL cannot be reached.\n",
          to);
}

static const struct command *find(const char *name)
{
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static bool has_option(int argc, char *argv[], const char *name)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

static enum exit_status run(struct call *call)
{
    struct config config;
    struct text why = TEXT_EMPTY;
    enum exit_status status;
    bool sound = config_load(&config, &why) == OUTCOME_OK;

    call->config = sound ? &config : NULL;
    call->trouble = text_string(&why);
    if (!sound && !call->command->without_settings)
        status = complain(call, EXIT_SETTINGS, "the settings are not valid:\n%s", call->trouble);
    else if (secretbox_open_library() != OUTCOME_OK)
        status = complain(call, EXIT_FAILED, "libsodium cannot start");
    else
        status = call->command->run(call);
    call->config = NULL;
    call->trouble = "";
    if (sound)
        config_free(&config);
    text_free(&why);
    return status;
}

/* Repeats the path by which the program was called. */
static const char *program_path(const char *called, char path[PATH_MAX])
{
    ssize_t length = strchr(called, '/') ? readlink("/proc/self/exe", path, PATH_MAX - 1) : -1;

    if (length <= 0)
        return "coagentctl";
    path[length] = '\0';
    return path;
}

int main(int argc, char *argv[])
{
    char path[PATH_MAX];
    struct call call = {.json = has_option(argc, argv, "--json")};

    log_open("coagentctl", LOG_LEVEL_WARN);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(PACKAGE_STRING);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    call.command = find(argv[1]);
    if (!call.command)
        return (int)complain(&call, EXIT_USAGE, "unknown command \"%s\"", argv[1]);
    if (has_option(argc - 1, argv + 1, "--help") || has_option(argc - 1, argv + 1, "-h")) {
        fputs(call.command->help, stdout);
        return EXIT_DONE;
    }
    call.program = program_path(argv[0], path);
    call.argc = argc - 1;
    call.argv = argv + 1;
    return (int)run(&call);
}
