/* Runs: everything that is executed. The first part is for handlers, whose guard is queued before; the second for the
 * runner. What a run says to its room travels as rows of (document or NULL, room, message). */
#ifndef COAGENT_RUNS_H
#define COAGENT_RUNS_H

#include "base/db.h"

/* The run's document. ABSENT when it is not there or invisible to the caller, here and below. */
enum outcome runs_get(struct db *db, const char *id);

/* Asks it to stop; a run that is over stays as it is. Rows to publish, the document first. DENIED to who only looks on.
 */
enum outcome runs_cancel(struct db *db, const char *id);

/* A new run for the same message, mode "again" or "resume". Rows to publish, the document first. CONFLICT when the old
 * one is not over, went well, or cannot be asked for again now. */
enum outcome runs_retry(struct db *db, const char *id, const char *mode);

#endif
