/* How a run of a script ended, in the words of the database and of people. Pure. */
#ifndef COAGENT_SCRIPT_EXIT_REASON_H
#define COAGENT_SCRIPT_EXIT_REASON_H

#include "base/text.h"
#include "cron/sandbox/sandbox.h"

struct exit_reason {
    const char *state; /* static, as ended_by */
    const char *ended_by;
    struct text reason; /* empty when it succeeded; to be freed */
};

/* From what the sandbox said; last_error is the last line of stderr, "" for none, which explains an exit code. */
struct exit_reason exit_reason_of(const struct sandbox_ending *ending, const struct sandbox_limits *limits,
                                  const char *last_error);

#endif
