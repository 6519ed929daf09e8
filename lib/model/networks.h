/* Named networks: what an administrator lets runs reach beside the internet. The destinations of a body must have been
 * checked (networks_check). */
#ifndef COAGENT_MODEL_NETWORKS_H
#define COAGENT_MODEL_NETWORKS_H

#include "base/text.h"
#include "db/db.h"

#include <json-c/json.h>

/* The index of the first destination of the body that cannot be read, with why; -1: there is none. */
int networks_check(struct json_object *body, struct text *why);

/* A page, sorted by name. */
enum outcome networks_list(struct db *db, int limit, const char *cursor);
enum outcome networks_get(struct db *db, const char *id);
enum outcome networks_create(struct db *db, struct json_object *body);
enum outcome networks_edit(struct db *db, const char *id, struct json_object *body);
enum outcome networks_delete(struct db *db, const char *id);

#endif
