/* The network of a run that was granted it: an interface of its own, made by slirp4netns, behind packet filters that
 * refuse the host and every private address. What decides stays in the keeper's hands: the command lives in a user
 * namespace below and has no powers over either. */
#ifndef COAGENT_SANDBOX_NETWORK_H
#define COAGENT_SANDBOX_NETWORK_H

#include "base/text.h"

#include <stdbool.h>

/* Moves the caller, process 1 of its process namespace, into a network namespace with filters first and then a way
 * out. false: why says what is missing, and nothing may be started. slirp4netns stays as a child of the caller.
 * addresses is a descriptor, readable when the host got new ones. */
bool network_set(int *addresses, struct text *why);

/* Refuses the new addresses of the host, too. false: that failed, and the run must end. */
bool network_follow(int addresses);

#endif
