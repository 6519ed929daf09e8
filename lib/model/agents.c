#include "model/agents.h"

#include "base/number.h"
#include "queries.h"

enum outcome agents_list(struct db *db, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_agent_list, DB_VALUES(most, cursor));
}

enum outcome agents_get(struct db *db, const char *id)
{
    return db_do(db, &query_agent_get, DB_VALUES(id));
}

enum outcome agents_create(struct db *db, const char *body)
{
    return db_do(db, &query_agent_create, DB_VALUES(body));
}

enum outcome agents_edit(struct db *db, const char *id, const char *body)
{
    return db_do(db, &query_agent_edit, DB_VALUES(id, body));
}

enum outcome agents_start(struct db *db, const char *id)
{
    return db_do(db, &query_agent_switch, DB_VALUES(id, "start"));
}

enum outcome agents_stop(struct db *db, const char *id)
{
    return db_do(db, &query_agent_switch, DB_VALUES(id, "stop"));
}

enum outcome agents_restart(struct db *db, const char *id)
{
    return db_do(db, &query_agent_switch, DB_VALUES(id, "restart"));
}

enum outcome agents_delete(struct db *db, const char *id)
{
    return db_do(db, &query_agent_delete, DB_VALUES(id));
}

enum outcome agents_logs(struct db *db, const char *id, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_agent_logs, DB_VALUES(id, most, cursor));
}
