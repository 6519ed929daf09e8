/* The audit log, for reading. Rows are written by the statements that they are about. */
#ifndef COAGENT_AUDIT_H
#define COAGENT_AUDIT_H

#include "db/db.h"

/* Each may be NULL: any. */
struct audit_filter {
    const char *actor;       /* id of a principal */
    const char *action;      /* "room.create" */
    const char *outcome;     /* done, refused, failed */
    const char *object_kind; /* with object_id one object */
    const char *object_id;
    const char *request_id;
    const char *since, *until; /* RFC 3339; until is exclusive */
};

/* One page, the newest first, as a JSON document. INVALID: the cursor is not one. */
enum outcome audit_list(struct db *db, const struct audit_filter *filter, int limit, const char *cursor);

#endif
