/* Access tokens (JWT, HS256, RFC 7519) and CSRF tokens. Nothing here asks the database. */
#ifndef COAGENT_TOKEN_H
#define COAGENT_TOKEN_H

#include "config.h"
#include "outcome.h"

#include <stdint.h>

#define UUID_SIZE 37

struct token_claims {
    char user_id[UUID_SIZE];    /* sub */
    char session_id[UUID_SIZE]; /* client_id */
    int64_t issued_at;          /* iat, seconds */
    int64_t expires_at;         /* exp, seconds */
};

/* A signed access token for these claims; iat and exp are set from now (seconds) and the configured lifetime and
 * returned in claims. The caller frees it. */
char *access_token_issue(const struct config *config, struct token_claims *claims, int64_t now);

/* UNAUTHENTICATED unless the token is HS256, signed by the current or the previous key, complete and not expired.
 * Anything else in the header's alg is refused. */
enum outcome access_token_verify(const struct config *config, const char *token, int64_t now,
                                 struct token_claims *claims);

/* The session's CSRF token: HMAC-SHA-256 over the session id, base64url. The caller frees it. It needs no storage, so
 * it survives restarts and is the same on every host. */
char *csrf_token(const struct config *config, const char *session_id);

/* DENIED unless given is the session's token under the current or the previous key; compared in constant time. */
enum outcome csrf_check(const struct config *config, const char *session_id, const char *given);

#endif
