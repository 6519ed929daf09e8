/* The status of the site: the login of the caller, the state of the database, metrics. */
#ifndef COAGENT_MODEL_STATUS_H
#define COAGENT_MODEL_STATUS_H

#include "db/db.h"

#include <stdbool.h>

/* The unverified caller; each string can be "". */
struct status_claim {
    const char *user_id;
    const char *session_id;
    const char *token_hash;
    const char *csrf_token; /* shown when the claim holds; or NULL */
};

/* One row: the document of GET /api/status. */
enum outcome status_show(struct db *db, const struct status_claim *claim, bool registration_open);

/* Whether PostgreSQL answers. */
enum outcome status_ping(struct db *db);

/* FULL when the disk of the database has no room. Takes some milliseconds. */
enum outcome status_write(struct db *db);

/* Rows of (metric, label or "", value). */
enum outcome metrics_list(struct db *db);

#endif
