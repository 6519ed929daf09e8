#include "model/api_tokens.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "base/text.h"
#include "queries.h"

#include <stdlib.h>
#include <string.h>

enum outcome api_tokens_list(struct db *db, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_api_token_list, DB_VALUES(most, cursor));
}

/* The user's id is in the token, so that the guard knows whom to look for before it asks the database. */
static char *make_token(const char *user_id)
{
    struct text token = TEXT_EMPTY;
    char *secret = random_token(32);
    text_add(&token, "coa_");
    for (const char *at = user_id; *at; at++) {
        if (*at != '-')
            text_add_char(&token, *at);
    }
    text_add_char(&token, '_');
    text_add(&token, secret);
    explicit_bzero(secret, strlen(secret));
    free(secret);
    return token.bytes;
}

enum outcome api_tokens_create(struct db *db, const char *user_id, struct json_object *body, char **token)
{
    char digest[DIGEST_SIZE];
    const char *document = json_object_to_json_string(body);
    *token = make_token(user_id);
    digest_hex(*token, digest);
    return db_do(db, &query_api_token_create, DB_VALUES(document, digest));
}

enum outcome api_tokens_revoke(struct db *db, const char *id)
{
    return db_do_held(db, &query_api_token_revoke, DB_VALUES(id));
}
