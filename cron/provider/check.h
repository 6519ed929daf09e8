/* The kind of run "housekeeping": asks a provider for its models. Its result is
 * {"ok","message","models","duration_ms"}; that the endpoint fails is no failure of the run. */
#ifndef COAGENT_PROVIDER_CHECK_H
#define COAGENT_PROVIDER_CHECK_H

#include "cron/run/kind.h"

extern const struct run_kind run_kind_housekeeping;

#endif
