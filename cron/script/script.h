/* The kind of run "script": one version of a script in a sandbox. */
#ifndef COAGENT_SCRIPT_H
#define COAGENT_SCRIPT_H

#include "cron/run/kind.h"

extern const struct run_kind run_kind_script;

#endif
