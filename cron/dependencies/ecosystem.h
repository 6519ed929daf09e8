/* The ecosystems whose packages a script can have: one row each says which files beside the script ask for them, what
 * installs them, and how a run finds them. */
#ifndef COAGENT_DEPENDENCIES_ECOSYSTEM_H
#define COAGENT_DEPENDENCIES_ECOSYSTEM_H

#include "base/text.h"
#include "cron/script/folder.h"
#include "words/words.h"

#include <stdbool.h>

#define ECOSYSTEM_FILES 3
#define ECOSYSTEM_ARGUMENTS 14
#define ECOSYSTEM_VARIABLES 8
#define DEPENDENCIES_FOLDER "dependencies" /* of a run: /dependencies */
#define DEPENDENCIES_VENDOR "vendor/"      /* beside the script: packages that need no network */

struct ecosystem {
    const char *what;                          /* is installed: "packages" */
    const char *files[ECOSYSTEM_FILES];        /* beside the script; the first asks for packages */
    const char *installer;                     /* a program of the host, besides the interpreter of the kind; or NULL */
    const char *install;                       /* how that is installed, the end of a sentence */
    const char *argv[ECOSYSTEM_ARGUMENTS];     /* run in /work; "@" is the interpreter; NULL-terminated */
    const char *always[ECOSYSTEM_VARIABLES];   /* its environment, NAME=VALUE, NULL-terminated */
    const char *offline[ECOSYSTEM_VARIABLES];  /* more without a network */
    const char *vendored[ECOSYSTEM_VARIABLES]; /* more when there is a folder vendor */
    const char *registry;                      /* the variable that takes the address of the registry, if one is set */
    const char *trust;                         /* one that takes its host if the address is no https; or NULL */
    const char *tree;                          /* below /work: what is kept of what it has installed */
    const char *folder;                        /* a run's, where it is: "dependencies" */
    const char *run[ECOSYSTEM_VARIABLES];      /* the environment of a run */
    bool by_dry_run;                           /* a dry run needs the packages, too */
    /* Whether the first of the files really asks for packages; NULL: always. INVALID, with why a sentence for users, if
     * something is missing; ABSENT if it asks for none. */
    enum outcome (*look)(const struct folder *folder, struct text *why);
};

/* That of a kind of scripts, or NULL. */
const struct ecosystem *ecosystem_of(enum script_kind_word kind);

#endif
