/* What a pool does once so that its children need not do it each. */
#ifndef COAGENT_WARM_H
#define COAGENT_WARM_H

#include "base/config.h"
#include "fcgi/route.h"

/* Serves one request from memory, with a token and without a database: libraries that start at their first use
 * (OpenSSL behind the signatures takes a millisecond) have then started in the master. */
void warm_up(const struct config *config, const struct route *const *tables);

/* What fills the holes of the heap. */
struct filling;

/* Fills the holes that connecting and starting left in the heap, after giving back the filling that was there before;
 * returns the new one. A child then takes its memory from one fresh piece, instead of writing into a page here and a
 * page there, each of which the kernel would have to copy for it. */
struct filling *warm_fill_heap(struct filling *filling);
void warm_free_filling(struct filling *filling);

/* Marks the mappings of libraries that only connecting needs (Kerberos, LDAP, GnuTLS and what they bring) as not to be
 * inherited: fork and exit then copy and tear down half as many. A child that entered one would crash, also in the
 * handlers that they registered for fork, so children are made by warm_fork. */
void warm_slim(void);

/* fork without those handlers. The process has one thread. */
int warm_fork(void);

#endif
