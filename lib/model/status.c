#include "model/status.h"

#include "queries.h"

enum outcome status_show(struct db *db, const struct status_claim *claim, bool registration_open)
{
    return db_do(db, &query_status_show,
                 DB_VALUES(claim->user_id, claim->session_id, claim->token_hash, claim->csrf_token,
                           registration_open ? "t" : "f"));
}

enum outcome status_ping(struct db *db)
{
    return db_do(db, &query_status_ping, DB_NO_VALUES);
}

enum outcome status_write(struct db *db)
{
    return db_do(db, &query_status_write, DB_NO_VALUES);
}

enum outcome metrics_list(struct db *db)
{
    return db_do(db, &query_metrics_list, DB_NO_VALUES);
}
