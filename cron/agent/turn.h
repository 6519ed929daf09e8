/* The kind of run "agent", a turn of a chat agent: it reads the room, and answers one message of it. */
#ifndef COAGENT_TURN_H
#define COAGENT_TURN_H

#include "cron/run/kind.h"

extern const struct run_kind run_kind_agent;

#endif
