/* One child of the pool: it waits in accept, serves one request and exits. */
#ifndef COAGENT_CHILD_H
#define COAGENT_CHILD_H

#include "base/config.h"
#include "db/db.h"
#include "fcgi/http/route.h"
#include "fcgi/pool/counters.h"

#include <signal.h>
#include <sys/types.h>

/* How a child ends, and the keeper of its slot with it. Anything but CHILD_CLEAN, a signal included, makes the master
 * discard the slot's connection. */
enum child_status {
    CHILD_CLEAN = 0,     /* the connection is idle, outside a transaction and a pipeline */
    CHILD_LEFT = 1,      /* the same, and it served nobody, because it was to go: known to its keeper only */
    CHILD_DIRTY = 10,    /* it served, but the connection is not what it should be */
    CHILD_HELPLESS = 11, /* it could not even accept */
};

struct child_terms {
    const struct config *config;
    const struct route *const *tables;
    struct db *db; /* the slot's, or NULL while PostgreSQL is away */
    int listen_fd;
    int slot;
    pid_t master; /* its parent */
    struct counters *counters;
    enum pool_kind kind;
    const volatile sig_atomic_t *leave; /* set by SIGTERM */
};

/* Never returns. SIGTERM is let in until there is a request to serve. */
_Noreturn void child_run(const struct child_terms *terms);

#endif
