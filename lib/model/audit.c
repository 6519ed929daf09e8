#include "model/audit.h"

#include "base/number.h"
#include "queries.h"

enum outcome audit_list(struct db *db, const struct audit_filter *filter, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_audit_list,
                 DB_VALUES(most, cursor, filter->actor, filter->action, filter->outcome, filter->object_kind,
                           filter->object_id, filter->request_id, filter->since, filter->until));
}
