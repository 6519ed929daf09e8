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
    bool guessed = strcmp(reason, "password") == 0 || strcmp(reason, "unknown") == 0;
    context_queue(db, email ? "" : user_id, origin);
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

/* The refusal stands in the audit log; the caller still gets the failure that the throttle raised. */
static enum outcome audit_throttled(struct db *db, const struct origin *origin, const char *action, const char *email,
                                    const struct credentials *credentials)
{
    struct db_failure failure = *db_failure(db);
    enum outcome audited = credentials_refuse(db, origin, action, email, "throttled", credentials);
    if (audited != OUTCOME_OK)
        return audited;

    db_recall_failure(db, &failure);
    return OUTCOME_LIMITED;
}

static enum outcome audit_wrong(struct db *db, const struct origin *origin, const char *action, const char *email,
                                const struct credentials *credentials)
{
    const char *reason = credentials->user_id[0] ? "password" : "unknown";
    enum outcome audited = credentials_refuse(db, origin, action, email, reason, credentials);
    return audited == OUTCOME_OK ? OUTCOME_UNAUTHENTICATED : audited;
}

static enum outcome find(struct db *db, const struct origin *origin, const char *email)
{
    if (email)
        queue_log_in(db, origin, email);
    else
        queue_own(db, &origin->claim);
    return db_run(db);
}

enum outcome credentials_prove(struct db *db, const struct config *config, const struct origin *origin,
                               const char *action, const char *email, const char *password,
                               struct credentials *credentials)
{
    enum outcome outcome = find(db, origin, email);
    const char *hash = NULL;

    *credentials = (struct credentials){0};
    if (outcome == OUTCOME_LIMITED)
        return audit_throttled(db, origin, action, email, credentials);
    if (outcome != OUTCOME_OK)
        return outcome;

    read_credentials(db, credentials);
    hash = credentials->user_id[0] ? credentials->hash : NULL;
    credentials->wrong = password_verify(password, hash, config->bcrypt_cost) != OUTCOME_OK;
    return credentials->wrong ? audit_wrong(db, origin, action, email, credentials) : OUTCOME_OK;
}
