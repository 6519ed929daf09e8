/* What the site says about itself: who you are here, whether the database answers, numbers for monitoring. */
#ifndef COAGENT_MODEL_STATUS_H
#define COAGENT_MODEL_STATUS_H

#include "base/db.h"

#include <stdbool.h>

/* Who asks, not proved: each may be "". */
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

/* Rows of (metric, label or "", value). */
enum outcome metrics_list(struct db *db);

#endif
