#include "model/guards.h"

#include "queries.h"

#define CLAIM(claim)                                                                                                   \
    (claim)->user_id, (claim)->session_id, (claim)->token_hash, (claim)->scope, (claim)->request_id, (claim)->address

void guard_queue_public(struct db *db, const char *request_id, const char *address)
{
    db_queue(db, &query_guard_public, DB_VALUES(request_id, address));
}

void guard_queue_user(struct db *db, const struct guard_claim *claim)
{
    db_queue(db, &query_guard_user, DB_VALUES(CLAIM(claim)));
}

void guard_queue_permission(struct db *db, const struct guard_claim *claim, const char *permission)
{
    db_queue(db, &query_guard_permission, DB_VALUES(CLAIM(claim), permission));
}

void guard_queue_room(struct db *db, const struct guard_claim *claim, const char *room, const char *role, bool open)
{
    db_queue(db, &query_guard_room, DB_VALUES(CLAIM(claim), room, role, open ? "t" : "f"));
}

void guard_queue_script(struct db *db, const struct guard_claim *claim, const char *script, const char *aim)
{
    db_queue(db, &query_guard_script, DB_VALUES(CLAIM(claim), script, aim));
}

void guard_queue_mapping(struct db *db, const struct guard_claim *claim, const char *mapping, const char *aim)
{
    db_queue(db, &query_guard_mapping, DB_VALUES(CLAIM(claim), mapping, aim));
}

void guard_queue_agent(struct db *db, const struct guard_claim *claim, const char *agent, const char *aim)
{
    db_queue(db, &query_guard_agent, DB_VALUES(CLAIM(claim), agent, aim));
}

void guard_queue_run(struct db *db, const struct guard_claim *claim, const char *run, const char *aim)
{
    db_queue(db, &query_guard_run, DB_VALUES(CLAIM(claim), run, aim));
}

void guard_queue_file(struct db *db, const struct guard_claim *claim, const char *file)
{
    db_queue(db, &query_guard_file, DB_VALUES(CLAIM(claim), file));
}
