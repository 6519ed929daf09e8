/* Runs, everything that is executed, as handlers see and change them; the runner's own statements are its own. Changes
 * leave rows to announce (push/announce.h). */
#ifndef COAGENT_RUNS_H
#define COAGENT_RUNS_H

#include "db/db.h"

/* The run's document. ABSENT when it is not there, here and below. */
enum outcome runs_get(struct db *db, const char *id);

/* A page of the runs that the caller sees, newest first, as filter (a JSON object) says: state (a list), kind, script,
 * agent, room, asked_by, since, until, limit, cursor. INVALID when one of them is not what it should be. */
enum outcome runs_list(struct db *db, const char *filter);

/* Asks it to stop; a run that is over stays as it is. Rows to announce. */
enum outcome runs_cancel(struct db *db, const char *id);

/* Removes what it wrote and left. Rows to announce. CONFLICT when it is not over, or is an agent's. */
enum outcome runs_remove_output(struct db *db, const char *id);

/* A new run of the same: an agent's answer, mode "again" or "resume", or a script with what it was given. via is "ui"
 * or "api". Rows to announce. CONFLICT when the old one is not over, or cannot be repeated now. */
enum outcome runs_retry(struct db *db, const char *id, const char *mode, const char *via);

#endif
