/* A command in a sandbox, from its start to its end, for the tests of cron/sandbox*.c. */
#ifndef COAGENT_TESTS_SANDBOX_TRIAL_H
#define COAGENT_TESTS_SANDBOX_TRIAL_H

#include "cron/sandbox/sandbox.h"

struct trial {
    struct sandbox_spec spec; /* argv is set by trial_shell */
    const char *argv[4];
    struct sandbox sandbox;
    struct sandbox_ending ending;
    struct text output;
    struct text errors;
};

/* Small limits, no network, no files. Tests that run as root become nobody: runs are not started as root. */
void trial_set(struct trial *trial);

/* Starts a line for bash; fails the test when it cannot be. */
void trial_start(struct trial *trial, const char *line);

/* Reads what it says until that has a line end. */
void trial_read_line(struct trial *trial);

/* Reads what it says until nobody is left to say more, and ends it. */
void trial_finish(struct trial *trial);

/* Both, and expects the reason. */
void trial_run(struct trial *trial, const char *line, enum run_end_word reason);

void trial_clear(struct trial *trial);

/* Processes of this machine that have the word among their arguments. */
int trial_processes(const char *word);

/* Waits until there are none, for some seconds; false when there still are. */
bool trial_vanish(const char *word);

#endif
