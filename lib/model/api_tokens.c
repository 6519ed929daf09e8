#include "model/api_tokens.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "model/token_text.h"
#include "queries.h"

#include <stddef.h>

enum outcome api_tokens_list(struct db *db, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_api_token_list, DB_VALUES(most, cursor));
}

enum outcome api_tokens_create(struct db *db, const char *user_id, struct json_object *body, char **token)
{
    char digest[DIGEST_SIZE];
    const char *document = json_object_to_json_string(body);
    *token = token_text_make(API_TOKEN_PREFIX, (const char *const[]){user_id, NULL});
    digest_hex(*token, digest);
    return db_do(db, &query_api_token_create, DB_VALUES(document, digest));
}

enum outcome api_tokens_revoke(struct db *db, const char *id)
{
    return db_do_held(db, &query_api_token_revoke, DB_VALUES(id));
}
