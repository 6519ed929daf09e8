/* The counters of a pool: a page that the master shares with its children. Each number is only ever added to by the one
 * who did it, so no lock is needed. */
#ifndef COAGENT_COUNTERS_H
#define COAGENT_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SLOTS_MOST 256

struct counters {
    bool waits; /* the pool whose routes may wait */
    atomic_int slots;
    atomic_int slots_connected;
    atomic_ulong answers[6];   /* by the first digit of the status */
    atomic_ulong milliseconds; /* spent on them, all together */
    atomic_ulong children_failed;
    atomic_ulong connections_made;
    atomic_bool functions_missing; /* the database does not have those of this version */
    atomic_llong nchan_deaf_until; /* push/publish.h; written by whoever has waited in vain */
    atomic_uchar busy[SLOTS_MOST]; /* a child of this slot is at work */
};

/* A page for this process and its children; ends the process when there is no memory. */
struct counters *counters_share(void);

int counters_busy(const struct counters *counters);

#endif
