/* The commands of coagentctl: one file each, listed in main.c. */
#ifndef COAGENT_COMMAND_H
#define COAGENT_COMMAND_H

#include "base/config.h"
#include "base/db.h"

#include <stdbool.h>

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *summary; /* one line for coagentctl --help */
    const char *help;    /* all of <command> --help */
    /* argv[0] is the command's name. Says on stderr what is wrong, and on stdout what was done. */
    enum exit_status (*run)(const struct config *config, int argc, char *argv[]);
};

extern const struct command command_migrate, command_create_admin, command_status;

/* "coagentctl: <sentence>" on stderr; answers EXIT_FAILED or EXIT_USAGE. */
enum exit_status complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum exit_status complain_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A connection with no time limit on statements. Complains itself; NULL when there is none. */
struct db *command_open(const char *url);

#endif
