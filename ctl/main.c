/* coagentctl: administration from the command line. */
#include "base/log.h"
#include "base/secretbox.h"
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {&command_migrate, &command_create_admin, &command_status, NULL};

static void print_help(FILE *to)
{
    fputs("Usage: coagentctl COMMAND [OPTION]...\n"
          "Administers a CoAgent studio.\n\n"
          "Commands:\n",
          to);
    for (const struct command *const *command = commands; *command; command++)
        fprintf(to, "  %-14s %s\n", (*command)->name, (*command)->summary);
    fputs(
        "\n\"coagentctl COMMAND --help\" tells more. Settings are read from the file that COAGENT_CONFIG names, else\n"
        "/etc/coagent/coagent.conf, and from the environment, which wins.\n"
        "The exit status is 0 when it is done, 1 when it failed, 2 when the command line is wrong.\n",
        to);
}

static const struct command *find(const char *name)
{
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static bool asks_for_help(int argc, char *argv[])
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static enum exit_status run(const struct command *command, int argc, char *argv[])
{
    struct config config;
    struct text why = TEXT_EMPTY;
    enum exit_status status = EXIT_FAILED;

    if (config_load(&config, &why) != OUTCOME_OK) {
        complain("the settings are not right:\n%s", text_string(&why));
    } else {
        if (secretbox_open_library() == OUTCOME_OK)
            status = command->run(&config, argc, argv);
        config_free(&config);
    }
    text_free(&why);
    return status;
}

int main(int argc, char *argv[])
{
    const struct command *command;

    log_open("coagentctl", LOG_LEVEL_WARN);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(PACKAGE_STRING);
        return EXIT_DONE;
    }
    command = find(argv[1]);
    if (!command && strcmp(argv[1], "help") != 0 && !asks_for_help(argc, argv)) {
        complain("there is no command \"%s\"; coagentctl --help lists them", argv[1]);
        return EXIT_USAGE;
    }
    if (!command) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (asks_for_help(argc - 1, argv + 1)) {
        fputs(command->help, stdout);
        return EXIT_DONE;
    }
    return (int)run(command, argc - 1, argv + 1);
}
