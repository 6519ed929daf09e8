/* The addresses that the host answers to itself, at the start of a run with network and as they are added: as rules for
 * its packet filter. They are the local routes, so that whole networks of the host are among them. */
#ifndef COAGENT_SANDBOX_ADDRESSES_H
#define COAGENT_SANDBOX_ADDRESSES_H

#include "base/text.h"

#include <stdbool.h>

/* Opens a socket in the caller's network namespace, where it stays. It is readable when addresses were added. -1: there
 * is none. */
int addresses_open(void);

/* Adds a rule of nftables for each address that the host has now. false: they are not known. */
bool addresses_list(int addresses, struct text *rules);

/* The same for those that were added since; nothing when it was something else. false: some may be missing. */
bool addresses_read(int addresses, struct text *rules);

#endif
