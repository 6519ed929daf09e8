#include "model/audit.h"

#include "queries.h"

#include <stdio.h>

enum outcome audit_list(struct db *db, const struct audit_filter *filter, int limit, const char *cursor)
{
    char most[16];
    snprintf(most, sizeof most, "%d", limit);
    return db_do(db, &query_audit_list,
                 DB_VALUES(most, cursor, filter->actor, filter->action, filter->outcome, filter->object_kind,
                           filter->object_id, filter->request_id, filter->since, filter->until));
}
