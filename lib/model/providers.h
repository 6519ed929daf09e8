/* Model endpoints. Ids are UUIDs as text, documents are JSON text in the first column of the last statement. Each
 * function is one pipeline: with what the caller queued before (the guard), one transaction. Changes leave rows to
 * announce (push/announce.h). */
#ifndef COAGENT_PROVIDERS_H
#define COAGENT_PROVIDERS_H

#include "base/config.h"
#include "base/json.h"
#include "db/db.h"

/* Lists from a cursor on (NULL: from the start), at most limit of them. */
enum outcome providers_list(struct db *db, int limit, const char *cursor);

/* ABSENT when it is not there, here and below. */
enum outcome providers_get(struct db *db, const char *id);

/* From checked fields; "key" is sealed, and taken out of the body before anything else sees it. CONFLICT:
 * the name is taken. */
enum outcome providers_create(struct db *db, const struct config *config, struct json_object *body);

/* Changes the fields that the body has; CONFLICT when its "version" is stale. A null "key" removes the key. */
enum outcome providers_edit(struct db *db, const struct config *config, const char *id, struct json_object *body);

/* CONFLICT while an agent uses it. */
enum outcome providers_delete(struct db *db, const char *id);

/* Queues a run that asks the endpoint for its models; the document is {"run"}. */
enum outcome providers_check(struct db *db, const char *id);

#endif
