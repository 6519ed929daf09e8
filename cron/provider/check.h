/* The housekeeping run that asks a provider for its models. */
#ifndef COAGENT_PROVIDER_CHECK_H
#define COAGENT_PROVIDER_CHECK_H

#include "cron/run/execution.h"

/* Its result is {"ok","message","models","duration_ms"}; that the endpoint fails is no failure of the run. */
void provider_check_run(struct execution *execution);

#endif
