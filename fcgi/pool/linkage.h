/* How the program that runs is linked. There are two of the same sources: coagent-fcgi with shared libraries, which is
 * the command and the pool that may wait, and the static one of fcgi/fast, which is the fast pool. Fork copies every
 * mapping of a process, and each page that a child touches is a fault: a static program has a third of the mappings.
 * The static one brings functions of its own for those of this header; where it could not be built, coagent-fcgi is the
 * fast pool, too. */
#ifndef COAGENT_LINKAGE_H
#define COAGENT_LINKAGE_H

#include "fcgi/http/route.h"

/* To be called first in main; argv is main's. */
void linkage_prepare(char *const argv[]);

/* To be called by what is about to be a pool, before it opens anything. Goes on as the static program when that is
 * there and kind is its kind; else returns. */
void linkage_choose(char *const argv[], enum pool_kind kind);

/* Marks what a child does not need as not to be inherited: libraries for connecting, and for the fast pool those for
 * log-ins, whose routes are in the other pool. Children are made by libraries_fork. */
void linkage_slim(enum pool_kind kind);

#endif
