/* The nchan channels that a caller can listen to. */
#ifndef COAGENT_CHANNELS_H
#define COAGENT_CHANNELS_H

#include "db/db.h"

/* Queues, between two guards, the wait for changes that end what the caller may hear of rooms, or of the run (NULL:
 * none). The first guard says who waits, the second one sees what holds then. */
void channels_queue_wait(struct db *db, const char *run);

/* The caller's channels, separated by commas, as the only row: "u_<user>,s_<session>,all,r_<room>…" with the 240
 * most recently active rooms. session NULL: an API token. The guard is queued before. */
enum outcome channels_of_caller(struct db *db, const char *session);

/* The same for who watches a run: its channel, everybody's, and those that close when the session ends or the caller's
 * rooms change. ABSENT when it is not there or invisible. */
enum outcome channels_of_run(struct db *db, const char *session, const char *run);

#endif
