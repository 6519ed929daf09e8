/* Proof by password: throttled, in constant time for unknown accounts, every refusal counted and audited. */
#ifndef COAGENT_CREDENTIALS_H
#define COAGENT_CREDENTIALS_H

#include "base/config.h"
#include "base/password.h"
#include "base/secretbox.h"
#include "base/token.h"
#include "db/db.h"
#include "model/guards.h"

#include <stdbool.h>

/* Where a request comes from, for sessions and the audit log. */
struct origin {
    struct guard_claim claim; /* whom the token names; "" for nobody */
    const char *agent;        /* the User-Agent header, "" when absent or not text */
    const char *device;       /* the cookie of a browser in which somebody has logged in before; "" for none */
};

/* Which field of the input breaks a rule, and a sentence for the user; NULL: none does. */
struct field_fault {
    const char *field;
    const char *sentence;
};

struct credentials {
    char user_id[UUID_SIZE]; /* "" when the account is unknown */
    char hash[PASSWORD_HASH_SIZE];
    char device[UUID_SIZE]; /* the browser, if the user has logged in from it before; else "" */
    bool disabled;
    bool wrong; /* the account is unknown, or this is not its password */
};

/* Opens a transaction that no guard opens: who acts (caller "" for nobody), from where. It proves and grants nothing:
 * what asks for a permission needs caller_queue. */
void context_queue(struct db *db, const char *caller, const struct origin *origin);

/* Opens the second transaction of a guarded request that changes something: the caller is proved again, with the scopes
 * that they have, because a session or token may have ended while a password was hashed. */
void caller_queue(struct db *db, const struct origin *origin);

/* The form of a device's cookie in the database; "" for none. */
void device_digest(const char *token, char digest[DIGEST_SIZE]);

/* Verifies the password of an account, or of the caller's own when email is NULL, in one round trip with what is queued
 * already. Log-ins are throttled by device if the user has logged in from it before, else by address and account; the
 * own password by session or API token, so that strangers block neither. action is what the audit log calls a refusal.
 * OK; UNAUTHENTICATED with credentials->wrong; LIMITED: too many attempts, db_failure says for how long; or the outcome
 * of the guard. A refusal costs a second round trip. */
enum outcome credentials_prove(struct db *db, const struct config *config, const struct origin *origin,
                               const char *action, const char *email, const char *password,
                               struct credentials *credentials);

/* Queues that the password was right: what the attempt counted on is free again. */
void credentials_queue_clear(struct db *db, const struct origin *origin, const char *email,
                             const struct credentials *credentials);

/* Writes that right credentials were refused, because the account is disabled. */
enum outcome credentials_refuse(struct db *db, const struct origin *origin, const char *action, const char *email,
                                const char *reason, const struct credentials *credentials);

#endif
