#include "model/run_tokens.h"

#include "model/token_text.h"

#include <stddef.h>

char *run_token_make(const char *user_id, const char *run_id)
{
    return token_text_make(RUN_TOKEN_PREFIX, (const char *const[]){user_id, run_id, NULL});
}
