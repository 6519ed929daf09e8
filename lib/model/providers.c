#include "model/providers.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "queries.h"
#include "words/words.h"

enum outcome providers_list(struct db *db, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_provider_list, DB_VALUES(most, cursor));
}

enum outcome providers_get(struct db *db, const char *id)
{
    return db_do(db, &query_provider_get, DB_VALUES(id));
}

/* The key must not travel inside the body: the body is what the audit log keeps. */
static enum outcome take_key(const struct config *config, struct json_object *body, struct text *sealed)
{
    struct json_object *key = NULL;
    enum outcome outcome = OUTCOME_OK;

    if (!json_object_object_get_ex(body, "key", &key))
        return OUTCOME_OK;
    if (key && json_object_get_string_len(key) > 0)
        outcome = secret_seal(config, sealed_rows[SEALED_PROVIDER_KEY].name, json_object_get_string(key), sealed);
    json_object_object_del(body, "key");
    json_object_object_add(body, "key_given", json_object_new_boolean(true));
    return outcome;
}

enum outcome providers_create(struct db *db, const struct config *config, struct json_object *body)
{
    struct text sealed = TEXT_EMPTY;
    enum outcome outcome = take_key(config, body, &sealed);

    if (outcome == OUTCOME_OK) {
        outcome = db_do(db, &query_provider_create,
                        DB_VALUES(json_object_to_json_string(body), sealed.length ? sealed.bytes : NULL));
    }
    text_free(&sealed);
    return outcome;
}

enum outcome providers_edit(struct db *db, const struct config *config, const char *id, struct json_object *body)
{
    struct text sealed = TEXT_EMPTY;
    enum outcome outcome = take_key(config, body, &sealed);

    if (outcome == OUTCOME_OK) {
        outcome = db_do(db, &query_provider_edit,
                        DB_VALUES(id, json_object_to_json_string(body), sealed.length ? sealed.bytes : NULL));
    }
    text_free(&sealed);
    return outcome;
}

enum outcome providers_delete(struct db *db, const char *id)
{
    return db_do(db, &query_provider_delete, DB_VALUES(id));
}

enum outcome providers_check(struct db *db, const char *id)
{
    return db_do(db, &query_provider_check, DB_VALUES(id));
}
