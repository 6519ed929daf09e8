/* Only the routes of the other pool issue tokens, and the router never lets a request come to a route of the other
 * pool: so this program does without libjwt, of which Debian has no static library. */
#include "base/token.h"

#include <stdlib.h>

char *access_token_issue(const struct config *config, struct token_claims *claims, int64_t now)
{
    (void)config, (void)claims, (void)now;
    abort();
}
