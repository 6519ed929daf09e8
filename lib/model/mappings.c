#include "model/mappings.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "queries.h"
#include "words/words.h"

enum outcome mappings_list(struct db *db, const char *query, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_mapping_list, DB_VALUES(most, cursor, query));
}

enum outcome mappings_get(struct db *db, const char *id)
{
    return db_do(db, &query_mapping_get, DB_VALUES(id));
}

/* The length goes along, because nobody else can tell it from then on. */
static enum outcome seal_entry(const struct config *config, struct json_object *entry)
{
    const char *value = json_text(entry, "value");
    struct text sealed = TEXT_EMPTY;

    if (!value || !json_flag(entry, "secret", false))
        return OUTCOME_OK;
    enum outcome outcome = secret_seal(config, sealed_rows[SEALED_MAPPING_ENTRY].name, value, &sealed);
    json_object_object_add(entry, "length", json_object_new_int64((int64_t)utf8_length(value)));
    json_object_object_add(entry, "sealed", json_object_new_string(text_string(&sealed)));
    json_object_object_del(entry, "value");
    text_free(&sealed);
    return outcome;
}

static enum outcome seal_entries(const struct config *config, struct json_object *body)
{
    struct json_object *entries = json_member(body, "entries");
    size_t count = entries ? json_object_array_length(entries) : 0;
    enum outcome outcome = OUTCOME_OK;

    for (size_t i = 0; i < count && outcome == OUTCOME_OK; i++)
        outcome = seal_entry(config, json_object_array_get_idx(entries, i));
    return outcome;
}

enum outcome mappings_create(struct db *db, const struct config *config, struct json_object *body)
{
    enum outcome outcome = seal_entries(config, body);

    if (outcome != OUTCOME_OK)
        return outcome;
    return db_do(db, &query_mapping_create, DB_VALUES(json_object_to_json_string(body)));
}

enum outcome mappings_edit(struct db *db, const struct config *config, const char *id, struct json_object *body)
{
    enum outcome outcome = seal_entries(config, body);

    if (outcome != OUTCOME_OK)
        return outcome;
    return db_do(db, &query_mapping_edit, DB_VALUES(id, json_object_to_json_string(body)));
}

enum outcome mappings_delete(struct db *db, const char *id)
{
    return db_do(db, &query_mapping_delete, DB_VALUES(id));
}

enum outcome mappings_values(struct db *db, const char *id)
{
    return db_do(db, &query_mapping_values, DB_VALUES(id));
}
