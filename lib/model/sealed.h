/* All that is sealed under SECRET_KEY, wherever it is stored. */
#ifndef COAGENT_SEALED_H
#define COAGENT_SEALED_H

#include "base/config.h"
#include "base/json.h"
#include "db/db.h"

/* The encrypted data; lost lists what neither key decrypts, the first hundred, which the caller puts. */
struct sealed_count {
    long long current;  /* opens with SECRET_KEY alone */
    long long previous; /* needs SECRET_KEY_PREVIOUS; after sealed_rotate: was sealed anew */
    struct json_object *lost;
};

/* Looks at all of it. */
enum outcome sealed_survey(struct db *db, const struct config *config, struct sealed_count *count);

/* The same, and seals with SECRET_KEY what needs SECRET_KEY_PREVIOUS, a page in a transaction, so that it can be
 * stopped at any moment and done again. What others change meanwhile stays as they made it. */
enum outcome sealed_rotate(struct db *db, const struct config *config, struct sealed_count *count);

/* One rotation at a time, until the connection closes. CONFLICT: there is another. */
enum outcome sealed_lock(struct db *db);

/* Writes into the audit log what was done; detail is JSON. */
enum outcome sealed_audit(struct db *db, const char *detail);

#endif
