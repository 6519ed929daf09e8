/* Agents. Each function is one pipeline: with what the caller queued before (the guard), one transaction. Changes leave
 * rows to announce (push/announce.h). */
#ifndef COAGENT_AGENTS_H
#define COAGENT_AGENTS_H

#include "db/db.h"

enum outcome agents_list(struct db *db, int limit, const char *cursor);

/* ABSENT when it is not there, here and below. */
enum outcome agents_get(struct db *db, const char *id);

/* body: the checked fields as JSON. CONFLICT: the handle is taken. */
enum outcome agents_create(struct db *db, const char *body);

/* Changes the fields that the body has. CONFLICT when "version" is stale. */
enum outcome agents_edit(struct db *db, const char *id, const char *body);

enum outcome agents_start(struct db *db, const char *id);
enum outcome agents_stop(struct db *db, const char *id);    /* cancels its live runs */
enum outcome agents_restart(struct db *db, const char *id); /* the same, and it stays started */
enum outcome agents_delete(struct db *db, const char *id);  /* no document */

/* Its newest runs, those that the caller may see. */
enum outcome agents_logs(struct db *db, const char *id, int limit, const char *cursor);

#endif
