/* Work that a pool does once, so that its children need not repeat it. */
#ifndef COAGENT_WARM_H
#define COAGENT_WARM_H

#include "base/config.h"
#include "fcgi/http/route.h"

/* Serves one request from memory, without a database: what starts at its first use has then started in the master. The
 * pool whose routes may wait issues tokens, and OpenSSL, which signs them, takes a millisecond to start; the other pool
 * never wakes it. */
void warm_up(const struct config *config, const struct route *const *tables, enum pool_kind kind);

/* Gives the free pages of the heap back, and fills its holes, for good: for a process that only forks from now on. A
 * child then takes its memory from one fresh piece, instead of writing into a page here and a page there, each of which
 * the kernel would have to copy for it. */
void warm_fill_heap(void);

#endif
