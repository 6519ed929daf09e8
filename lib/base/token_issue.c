/* Apart from the rest of token.h: this alone needs libjwt, and who issues no tokens does not link it. */
#include "base/token.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>

char *access_token_issue(const struct config *config, struct token_claims *claims, int64_t now)
{
    jwt_t *jwt = NULL;
    char *token = NULL;
    claims->issued_at = now;
    claims->expires_at = now + (int64_t)config->access_token_minutes * 60;
    if (jwt_new(&jwt) == 0 && jwt_add_grant(jwt, "sub", claims->user_id) == 0 &&
        jwt_add_grant(jwt, "client_id", claims->session_id) == 0 &&
        jwt_add_grant_int(jwt, "iat", (long)claims->issued_at) == 0 &&
        jwt_add_grant_int(jwt, "exp", (long)claims->expires_at) == 0 &&
        jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)config->secret_key, (int)strlen(config->secret_key)) ==
            0)
        token = jwt_encode_str(jwt);
    jwt_free(jwt);
    if (!token)
        abort(); /* only memory can be missing, as in text.h */
    return token;
}
