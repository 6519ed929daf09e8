/* How a run of a script ended, in the words of the database and of people. Pure. */
#ifndef COAGENT_SCRIPT_VERDICT_H
#define COAGENT_SCRIPT_VERDICT_H

#include "base/text.h"
#include "cron/sandbox.h"

struct verdict {
    const char *state; /* static, as ended_by */
    const char *ended_by;
    struct text reason; /* empty when it succeeded; to be freed */
};

/* From what the sandbox said. output_mb: how much output is kept. */
struct verdict verdict_of(const struct sandbox_ending *ending, const struct sandbox_limits *limits, long output_mb);

#endif
