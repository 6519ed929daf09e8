/* The lease of a run: renewed while its executor lives, so that the run is known to be lost when it is not. It is also
 * how the executor hears that somebody stops the run, and where its connection is made again. */
#ifndef COAGENT_LEASE_H
#define COAGENT_LEASE_H

#include "cron/run/execution.h"

#include <stdbool.h>

/* Begins with what the claim has given: 20 seconds. From here on the process ends within a second of the end of its
 * lease, in the midst of whatever it does. */
void lease_open(struct execution *execution);

/* Renews the lease, hears whether to stop, reconnects. To be called when the socket is readable and at least after
 * lease_patience; cheap. false: end the work now, execution->state says why; the lease is renewed until the end. */
bool lease_tick(struct execution *execution);

/* Milliseconds until the next tick has something to do, at most 1000. */
int lease_patience(const struct execution *execution);

/* Sets the wall-clock limit of the work, from now on. */
void lease_limit(struct execution *execution, long seconds);

/* Waits while ticking; the answer is lease_tick's. */
bool lease_wait(struct execution *execution, long ms);

/* Whether the lease lasts still, as far as this process knows. */
bool lease_lasts(const struct execution *execution);

/* A connection, when there is none. */
void lease_connect(struct execution *execution);
void lease_disconnect(struct execution *execution);

#endif
