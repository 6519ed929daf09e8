/* The network namespace of a run. Without a grant there is only its loopback. With one, there is an interface of its
 * own, made by slirp4netns, behind packet filters that let through what is granted, and never to the host. What decides
 * stays in the keeper's hands: the command lives in a user namespace below and has no powers over either. */
#ifndef COAGENT_SANDBOX_NETWORK_H
#define COAGENT_SANDBOX_NETWORK_H

#include "base/text.h"

#include <stdbool.h>

/* slirp4netns's resolver. The range is within DESTINATION_OWN_RANGE, which is set aside for measuring networks:
 * nobody's own addresses are hidden by it. A run without network has no route to it, so that a name look-up fails at
 * once. */
#define NETWORK_RANGE "198.18.0.0/24"
#define NETWORK_RESOLVER "198.18.0.3"

/* Moves the caller into a network namespace that has nothing but its loopback. false: why. */
bool network_close(struct text *why);

/* Opens the counters of the caller's namespace; procfs is a descriptor of /proc. -1: there are none. */
int network_open_counters(int procfs);

/* Whether something has asked for a place to which there is no route. */
bool network_was_sought(int counters);

/* Moves the caller, process 1 of its process namespace, into a network namespace with filters first and then a way
 * out. reach says what may be reached (sandbox.h). false: why says what is missing, and nothing may be started.
 * slirp4netns stays as a child of the caller. addresses is a descriptor, readable when the host got new ones. */
bool network_set(const char *reach, int *addresses, struct text *why);

/* Refuses the new addresses of the host, too. false: that failed, and the run must end. */
bool network_follow(int addresses);

#endif
