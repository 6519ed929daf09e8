/* What a change has to say to rooms, after its commit. */
#ifndef COAGENT_ANNOUNCE_H
#define COAGENT_ANNOUNCE_H

#include "fcgi/request.h"

/* The last statement's rows are (document or NULL, room, message): publishes each message to its room, later. */
void announce_rows(struct request *request);

#endif
