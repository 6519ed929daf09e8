/* Terraform's state, which a script keeps for its next run: the only record of what it has made outside. So it is
 * stored while the run goes on, too: when the executor is killed, what was made until two seconds before is not
 * forgotten. */
#ifndef COAGENT_SCRIPT_STATE_H
#define COAGENT_SCRIPT_STATE_H

#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/output.h"

#include <stdint.h>

struct state {
    struct execution *execution;
    const struct sandbox *sandbox;
    struct text kept; /* as it is stored; secret */
    int64_t look_at;  /* monotonic ms */
};

/* Of a run that begins with what is given. */
void state_open(struct state *state, struct execution *execution, const struct sandbox *sandbox,
                const struct text *before);

/* To be called often: looks every two seconds, and stores what has changed. */
void state_tick(struct state *state);

/* Milliseconds until the next look. */
int state_patience(const struct state *state);

/* When the command is over; that it could not be kept is noted in the output. */
void state_end(struct state *state, struct output *output);

/* Wipes it; also one that was zeroed. */
void state_close(struct state *state);

#endif
