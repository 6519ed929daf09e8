#include "model/idempotency.h"

#include "base/number.h"
#include "queries.h"

#include <string.h>

enum { FINGERPRINT, STATUS, LOCATION, ANSWER };

enum outcome idempotency_claim(struct db *db, const char *key, const char *fingerprint, struct stored_answer *answer)
{
    enum outcome outcome = db_do(db, &query_idempotency_claim, DB_VALUES(key, fingerprint));
    if (outcome != OUTCOME_OK)
        return outcome;
    if (strcmp(db_value(db, 0, FINGERPRINT), fingerprint) != 0)
        return OUTCOME_CONFLICT;
    const char *status = db_value(db, 0, STATUS);
    if (!status)
        return OUTCOME_OK;
    long long number = 0;
    if (number_parse(status, 100, 599, &number) != OUTCOME_OK)
        return OUTCOME_FAILED;
    const char *body = db_value(db, 0, ANSWER);
    *answer = (struct stored_answer){(int)number, db_value(db, 0, LOCATION), body ? body : ""};
    return OUTCOME_REPLAYED;
}

void idempotency_store(struct db *db, const char *key, const char *user_id, const struct stored_answer *answer)
{
    char status[NUMBER_TEXT_SIZE];
    number_text(answer->status, status);
    db_queue(db, &query_idempotency_store, DB_VALUES(key, status, answer->location, answer->body, user_id));
}
