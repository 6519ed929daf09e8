/* Which chore has its turn. Time comes in ticks of a second: in each, those of each second work first, then each other
 * one that is due has a slice. When one of these is due PostgreSQL knows, so that several hosts do it once; the order
 * within a process goes by the monotonic clock, so that no jump of the wall clock stops anything. After one, living
 * executors get the time to renew their leases before any is taken from them. */
#ifndef COAGENT_SCHEDULER_H
#define COAGENT_SCHEDULER_H

#include "cron/chores/chore.h"

#include <stddef.h>

struct chore_state;

struct scheduler {
    const struct config *config;
    const struct chore *chores; /* ended by one without a name */
    const char *host;
    struct db *db; /* borrowed; NULL between two connections */
    struct push push;
    struct chore_state *states; /* one a chore */
    size_t count, next;         /* who has the first slice in the next tick */
    bool leads;                 /* the connection holds the lead of the database */
    int64_t apart;              /* ms that the server's clock is ahead of the monotonic one; 0: not known yet */
    int64_t leases_from;        /* as in struct chore_work */
};

void scheduler_open(struct scheduler *scheduler, const struct config *config, const struct chore *chores,
                    const char *host);
void scheduler_close(struct scheduler *scheduler);

/* Another connection, which leads nothing yet: what was begun is due again for whoever leads. NULL: none for now. */
void scheduler_connect(struct scheduler *scheduler, struct db *db);

/* Does what is due, for about a second at most. OK whether or not a chore has failed, which is logged and recorded;
 * AWAY when the connection is lost. */
enum outcome scheduler_tick(struct scheduler *scheduler);

#endif
