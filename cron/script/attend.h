/* The time that a command of a run takes, from its start to its end: its output is read and stored, the lease of the
 * run renewed, and it is stopped when the run is. */
#ifndef COAGENT_SCRIPT_ATTEND_H
#define COAGENT_SCRIPT_ATTEND_H

#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/output.h"
#include "cron/script/state.h"

#include <stdbool.h>
#include <stdint.h>

struct attendance {
    struct execution *execution;
    struct sandbox *sandbox;
    struct output *output;
    const char *sought_note; /* noted once when it has asked for a network that it does not have; or NULL */
    struct state *state;     /* looked after meanwhile; or NULL */
    int64_t begun_at;        /* monotonic ms */
    bool told;               /* that the run is running */
    bool stopping;
};

/* Until the command is over and all it wrote is read. false: the lease is lost. */
bool attend(struct attendance *attendance);

#endif
