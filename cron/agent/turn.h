/* A turn of a chat agent: it reads the room, and answers one message of it. */
#ifndef COAGENT_TURN_H
#define COAGENT_TURN_H

#include "cron/run/execution.h"

/* Does the whole run and ends it. */
void turn_run(struct execution *execution);

#endif
