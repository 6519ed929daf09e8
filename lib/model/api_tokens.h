/* Personal API tokens: "coa_<user id without dashes>_<32 random bytes in base64url>", kept as their SHA-256 only. */
#ifndef COAGENT_API_TOKENS_H
#define COAGENT_API_TOKENS_H

#include "base/json.h"
#include "db/db.h"

#define API_TOKEN_PREFIX "coa_"

/* One page of the caller's tokens, the newest first. */
enum outcome api_tokens_list(struct db *db, int limit, const char *cursor);

/* Makes one for this user from the checked body (name, scopes, expires_at). The document is the last statement's first
 * value, without the token; *token is the token, which nobody can read again: the caller wipes and frees it. */
enum outcome api_tokens_create(struct db *db, const char *user_id, struct json_object *body, char **token);

/* Rows to announce. ABSENT: not the caller's. */
enum outcome api_tokens_revoke(struct db *db, const char *id);

#endif
