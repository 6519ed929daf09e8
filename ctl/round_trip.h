/* Whether what is published reaches a browser: a message through nchan, from the one socket to the other. */
#ifndef COAGENT_ROUND_TRIP_H
#define COAGENT_ROUND_TRIP_H

#include "base/outcome.h"
#include "base/text.h"

/* Listens as the site would, on a channel of its own, publishes there and waits for the message. OK; AWAY or FAILED
 * with why. */
enum outcome round_trip(const char *publish_socket, struct text *why);

#endif
