/* The executor of the kind "script": it runs one version of a script in a sandbox. */
#ifndef COAGENT_SCRIPT_H
#define COAGENT_SCRIPT_H

#include "cron/run/execution.h"

/* Does the whole run and ends it. */
void script_run(struct execution *execution);

#endif
