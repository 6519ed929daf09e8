#include "model/credentials.h"

#include "queries.h"

#include <stdio.h>
#include <string.h>

void device_digest(const char *token, char digest[DIGEST_SIZE])
{
    digest[0] = '\0';
    if (token[0])
        digest_hex(token, digest);
}

void context_queue(struct db *db, const char *caller, const struct origin *origin)
{
    db_queue(db, &query_request_context, DB_VALUES(caller, origin->claim.request_id, origin->claim.address));
}

void caller_queue(struct db *db, const struct origin *origin)
{
    guard_queue_user(db, &origin->claim);
}

enum outcome credentials_refuse(struct db *db, const struct origin *origin, const char *action, const char *email,
                                const char *reason, const struct credentials *credentials)
{
    const char *user_id = email ? credentials->user_id : origin->claim.user_id;
    context_queue(db, email ? "" : user_id, origin);
    bool guessed = strcmp(reason, "password") == 0 || strcmp(reason, "unknown") == 0;
    if (guessed && email && !credentials->device[0])
        db_queue(db, &query_throttle_count_address, DB_VALUES(origin->claim.address));
    return db_do(db, &query_audit_refused_password, DB_VALUES(action, user_id[0] ? user_id : NULL, email, reason));
}

static void read_credentials(struct db *db, struct credentials *credentials)
{
    if (db_rows(db) == 0)
        return;
    snprintf(credentials->user_id, sizeof credentials->user_id, "%s", db_value(db, 0, 0));
    snprintf(credentials->hash, sizeof credentials->hash, "%s", db_value(db, 0, 1));
    credentials->disabled = strcmp(db_value(db, 0, 2), "t") == 0;
    if (db_value(db, 0, 3))
        snprintf(credentials->device, sizeof credentials->device, "%s", db_value(db, 0, 3));
}

static void queue_log_in(struct db *db, const struct origin *origin, const char *email)
{
    char device[DIGEST_SIZE];
    device_digest(origin->device, device);
    db_queue(db, &query_throttle_take_log_in, DB_VALUES(email, origin->claim.address, device));
    db_queue(db, &query_user_credentials, DB_VALUES(email, device));
}

static void queue_own(struct db *db, const struct guard_claim *claim)
{
    db_queue(db, &query_throttle_take_own, DB_VALUES(claim->session_id, claim->token_hash));
    db_queue(db, &query_user_own_credentials, DB_NO_VALUES);
}

void credentials_queue_clear(struct db *db, const struct origin *origin, const char *email,
                             const struct credentials *credentials)
{
    if (email)
        db_queue(db, &query_throttle_clear_log_in, DB_VALUES(email, origin->claim.address, credentials->device));
    else
        db_queue(db, &query_throttle_clear_own, DB_VALUES(origin->claim.session_id, origin->claim.token_hash));
}

enum outcome credentials_prove(struct db *db, const struct config *config, const struct origin *origin,
                               const char *action, const char *email, const char *password,
                               struct credentials *credentials)
{
    *credentials = (struct credentials){0};
    if (email)
        queue_log_in(db, origin, email);
    else
        queue_own(db, &origin->claim);
    enum outcome outcome = db_run(db);
    if (outcome == OUTCOME_LIMITED) {
        struct db_failure failure = *db_failure(db);
        enum outcome audited = credentials_refuse(db, origin, action, email, "throttled", credentials);
        if (audited == OUTCOME_OK)
            db_recall_failure(db, &failure);
        return audited == OUTCOME_OK ? outcome : audited;
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    read_credentials(db, credentials);
    const char *hash = credentials->user_id[0] ? credentials->hash : NULL;
    if (password_verify(password, hash, config->bcrypt_cost) == OUTCOME_OK)
        return OUTCOME_OK;
    credentials->wrong = true;
    outcome = credentials_refuse(db, origin, action, email, hash ? "password" : "unknown", credentials);
    return outcome == OUTCOME_OK ? OUTCOME_UNAUTHENTICATED : outcome;
}
