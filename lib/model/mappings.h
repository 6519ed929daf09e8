/* Mappings: named sets of variables for scripts. Each function is one pipeline: with what the caller queued before (the
 * guard), one transaction. Ids are UUIDs as text, documents are JSON text in the first column of the last statement.
 * Changes leave rows to announce (push/announce.h). */
#ifndef COAGENT_MAPPINGS_H
#define COAGENT_MAPPINGS_H

#include "base/config.h"
#include "base/json.h"
#include "db/db.h"

/* By name, from a cursor on (NULL: from the start), at most limit of them: those that the caller may see, and of them
 * those with query (or NULL) in the name or the description. */
enum outcome mappings_list(struct db *db, const char *query, int limit, const char *cursor);

/* ABSENT when it is not there, here and below. */
enum outcome mappings_get(struct db *db, const char *id);

/* From checked fields; secret values in "entries" are sealed, and taken out of the body before anything else sees it.
 * CONFLICT: the name is taken. */
enum outcome mappings_create(struct db *db, const struct config *config, struct json_object *body);

/* Changes the fields that the body has; "entries" replace all there are, and a secret without a value stays.
 * CONFLICT when "version" is stale or the name is taken. */
enum outcome mappings_edit(struct db *db, const struct config *config, const char *id, struct json_object *body);

/* CONFLICT while a script or a live run uses it. */
enum outcome mappings_delete(struct db *db, const char *id);

/* For the runner: rows of key, value, sealed value; one of the two is NULL. */
enum outcome mappings_values(struct db *db, const char *id);

#endif
