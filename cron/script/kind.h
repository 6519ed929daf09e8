/* The kinds of scripts: what executes each, and how. Pure but for script_program, which looks at the disk. */
#ifndef COAGENT_SCRIPT_KIND_H
#define COAGENT_SCRIPT_KIND_H

#include "words/words.h"

#include <stdbool.h>

#define SCRIPT_ARGUMENTS 12 /* the longest command, with its NULL */

struct script_kind {
    const char *programs[2];             /* any of them will do; the first that is there is used */
    const char *run[SCRIPT_ARGUMENTS];   /* the command, NULL-terminated; "@" stands for the program */
    const char *check[SCRIPT_ARGUMENTS]; /* the same for a dry run */
    bool keeps_state;                    /* from one run to the next; so one at a time */
};

/* By enum script_kind_word. */
extern const struct script_kind script_kinds[SCRIPT_KIND_COUNT];

/* NULL when there is no such kind. */
const struct script_kind *script_kind_of(const char *name);

/* Its name, and how it is installed, in words. */
const struct script_kind_row *script_kind_row(const struct script_kind *kind);

/* Where a program is that a sandbox can see, "/usr/bin/python3", or NULL. The caller frees it. */
char *script_find(const char *program);

/* The program that executes the kind, or NULL. The caller frees it. */
char *script_program(const struct script_kind *kind);

#endif
