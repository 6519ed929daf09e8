#include "ctl/command.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const char *format, va_list arguments)
{
    fputs("coagentctl: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

enum exit_status complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return EXIT_FAILED;
}

enum exit_status complain_usage(const struct command *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try \"coagentctl %s --help\".\n", command->name);
    return EXIT_USAGE;
}

struct db *command_open(const char *url)
{
    struct db *db = NULL;
    struct text why = TEXT_EMPTY;

    if (db_open(&db, url, DB_PREPARE_USED, 0, &why) != OUTCOME_OK)
        complain("no connection to PostgreSQL: %s", text_string(&why));
    text_free(&why);
    return db;
}
