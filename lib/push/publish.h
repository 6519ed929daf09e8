/* Publishing to nchan: a small HTTP/1.1 POST over its unix socket. Called after commit only; a failure is logged and
 * left to the catch-up by sequence, never retried at the door. */
#ifndef COAGENT_PUBLISH_H
#define COAGENT_PUBLISH_H

#include "base/outcome.h"

#include <stddef.h>

#define CHANNEL_SIZE 48

/* The name of a channel, "r_<room>", "u_<user>", "s_<session>" or "run_<run>", into buffer, which is returned. prefix is
 * all that stands before the id: "r_". */
char *channel_name(char buffer[CHANNEL_SIZE], const char *prefix, const char *id);

/* Sends one message to the comma-separated channels (at most 255). AWAY when nchan does not answer within 2 seconds,
 * FAILED when it refuses; both are logged. */
enum outcome publish(const char *socket_path, const char *channels, const char *message, size_t length);

/* Closes every socket that listens on the channel; clients reconnect and are asked who they are again. The same
 * outcomes; OK as well when nobody listens. */
enum outcome channel_close(const char *socket_path, const char *channel);

#endif
