/* The room log as it is read. The guard is queued before. */
#ifndef COAGENT_EVENTS_H
#define COAGENT_EVENTS_H

#include "db/db.h"

/* {"items", "last_seq", "more", "live"}: events in ascending order, at most limit of them, that follow after, or that
 * come before before (0: the newest). Later edits and deletions are applied. */
enum outcome events_after(struct db *db, const char *room, long long after, long long limit);
enum outcome events_before(struct db *db, const char *room, long long before, long long limit);

/* Moves the caller's read marker forward to seq; leaves rows as the changes of rooms.h do. */
enum outcome events_read(struct db *db, const char *room, long long seq);

#endif
