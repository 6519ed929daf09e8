/* The keeper of a slot: the process that forks one child after the other, each of which serves one request.
 *
 * The master could fork them itself, but it has the libraries that connecting needs, and every connection: fork copies
 * what its process has. A keeper has one connection and a fifth of the mappings, and keepers fork side by side on
 * all cores. It ends as soon as one of its children ends otherwise than CHILD_CLEAN, in the same way, so that
 * the master, who sees nobody but keepers, knows what it knew. */
#ifndef COAGENT_KEEPER_H
#define COAGENT_KEEPER_H

#include "fcgi/pool/child.h"

/* Never returns. Ends with CHILD_CLEAN when it was asked to go (SIGTERM, or the listening socket was shut).
 * terms->master is the pool's master, and every connection but terms->db is given up already. */
_Noreturn void keeper_run(const struct child_terms *terms);

#endif
