/* Publishing to nchan: a small HTTP/1.1 POST over its unix socket. Called after commit only; a failure is logged and
 * left to the catch-up by sequence, never retried.
 *
 * No process waits long for a wedged nchan: each has a budget of time, and one that has waited in vain tells all others
 * by a shared number, so that they do not publish for a second. The budget is longer than a busy machine needs: no
 * client waits for it, because a handler publishes after its answer has ended. */
#ifndef COAGENT_PUBLISH_H
#define COAGENT_PUBLISH_H

#include "base/outcome.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_SIZE 48
#define PUSH_BUDGET_MS 500
#define CHANNEL_ALL "all" /* every socket listens to it */

struct push {
    const char *socket_path;  /* of nchan; borrowed */
    int64_t until;            /* monotonic milliseconds: the end of the budget */
    atomic_llong *deaf_until; /* monotonic milliseconds; shared by those who publish together, or own_deaf_until */
    atomic_llong own_deaf_until;
};

/* shared NULL: this process tells nobody. A budget of PUSH_BUDGET_MS begins. */
void push_open(struct push *push, const char *socket_path, atomic_llong *shared);

/* A new budget, from now on: for a process that publishes again and again. */
void push_renew(struct push *push);

/* The name of a channel, "r_<room>", "u_<user>", "s_<session>" or "run_<run>", into buffer, which is returned. prefix
 * is all that stands before the id: "r_". */
char *channel_name(char buffer[CHANNEL_SIZE], const char *prefix, const char *id);

/* Sends one message to the comma-separated channels (at most 255). AWAY when nchan does not answer within what is left
 * of the budget, or did not answer another process a moment ago. FAILED when it refuses. Both are logged. */
enum outcome publish(struct push *push, const char *channels, const char *message, size_t length);

/* Closes every socket that listens on the channel; clients reconnect and are authorised again. The same outcomes; OK as
 * well when nobody listens. It is tried although nchan did not answer a moment ago: closing is how access ends. */
enum outcome channel_close(struct push *push, const char *channel);

#endif
