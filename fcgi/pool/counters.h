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
    atomic_bool storage_full;      /* as the last check found, which holds until then */
    atomic_llong storage_known_until;
    atomic_uchar busy[SLOTS_MOST];  /* a child of this slot is at work */
    atomic_uint turns;              /* taken until now */
    atomic_ullong turn[SLOTS_MOST]; /* of who has this slot for long: a digest of the holder, and which turn; or 0 */
};

/* The outcome of asking for a turn at what may take long. */
enum turn { TURN_TAKEN, TURN_HELD, TURN_FULL };

/* Notes that the child of this slot does something long for this holder (an id or a digest). HELD: this holder has
 * most_held slots for that already; FULL: most slots are in use for it. Of two that ask at once the first gets it. The
 * turn ends with the child at the latest. */
enum turn counters_take_turn(struct counters *counters, int slot, const char *holder, int most_held, int most);

/* Ends the turn before the child does: whoever has the whole answer may ask again at once. */
void counters_end_turn(struct counters *counters, int slot);

/* A request could not write, because the disk of the database is full: the next question for health looks again. */
void counters_note_full(struct counters *counters);

/* The child of this slot has ended, however. */
void counters_leave(struct counters *counters, int slot);

/* A page for this process and its children; ends the process when there is no memory. */
struct counters *counters_share(void);

int counters_busy(const struct counters *counters);

#endif
