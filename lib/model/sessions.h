/* Sessions: a log-in on one device. Its refresh token rotates at each use; an old one used again ends the session. */
#ifndef COAGENT_SESSIONS_H
#define COAGENT_SESSIONS_H

#include "model/credentials.h"

#include <stdbool.h>

/* The tokens of a login or a refresh. */
struct grant {
    char session_id[UUID_SIZE];
    char user_id[UUID_SIZE]; /* of a refused refresh too, when the token is known */
    char *refresh_token;     /* owned, wiped by grant_free */
    char *device;            /* for the cookie of a browser, NULL: none; owned, wiped by grant_free */
    const char *user;        /* JSON document, owned by db until its next statement */
    bool reused;             /* with UNAUTHENTICATED: an old token was used again, the session was revoked */
};

void grant_free(struct grant *grant);

/* Logs in with e-mail and password: two round trips. UNAUTHENTICATED: wrong; DENIED: right, but the account is
 * disabled; LIMITED. The hash is renewed when the configured cost rose. keeps_device: the client is a browser, which
 * gets the cookie of a known device. */
enum outcome sessions_log_in(struct db *db, const struct config *config, const struct origin *origin, const char *email,
                             const char *password, bool keeps_device, struct grant *grant);

/* Makes an account and logs it in: two round trips. DENIED: registration is
 * closed; CONFLICT: the e-mail address has an account; LIMITED: too many of these; INVALID with the fault: the password
 * breaks a rule. */
enum outcome sessions_register(struct db *db, const struct config *config, const struct origin *origin,
                               const char *email, const char *name, const char *password, struct grant *grant,
                               struct field_fault *fault);

/* Exchanges a refresh token for the next one: one round trip. The token before it may come once more within ten seconds
 * and gets the same successor again. UNAUTHENTICATED: unknown, ended or reused. */
enum outcome sessions_refresh(struct db *db, const struct config *config, const struct origin *origin,
                              const char *refresh_token, struct grant *grant);

/* One page of the caller's live sessions as a JSON document; current is the session that asks, or "". */
enum outcome sessions_list(struct db *db, const char *current, int limit, const char *cursor);

/* Revokes one of the caller's sessions, for "logout" or by the "user". ABSENT: not the caller's, or ended. */
enum outcome sessions_revoke(struct db *db, const char *session_id, const char *reason);

#endif
