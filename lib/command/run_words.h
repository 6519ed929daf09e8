/* The words of a command, between the reader of run_command.c and run_arguments.c, which gives them to parameters. */
#ifndef COAGENT_RUN_WORDS_H
#define COAGENT_RUN_WORDS_H

#include "command/run_command.h"

struct word {
    char *text;   /* owned */
    size_t plain; /* how many bytes at its start were written without quotation marks and backslashes */
};

struct run_command {
    struct word *words; /* the first one is the name */
    size_t count;
};

#endif
