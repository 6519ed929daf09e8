#include "model/seed.h"

#include "base/secretbox.h"
#include "queries.h"

/* Tells one set of settings from another, without the key being stored in the clear. */
static void fingerprint(const struct config *config, const char *model, char digest[DIGEST_SIZE])
{
    struct text all = TEXT_EMPTY;

    text_add_format(&all, "%s\n%s\n%s", config->openai_base_url, config->openai_api_key ? config->openai_api_key : "",
                    model);
    digest_hex(text_string(&all), digest);
    text_free_secret(&all);
}

static enum outcome seed_assistant(struct db *db, const struct config *config)
{
    struct text sealed = TEXT_EMPTY;
    const char *key = config->openai_api_key, *model = config->openai_model ? config->openai_model : "";
    char digest[DIGEST_SIZE];
    enum outcome outcome = key && key[0] ? secret_seal(config, "provider.key", key, &sealed) : OUTCOME_OK;

    fingerprint(config, model, digest);
    if (outcome == OUTCOME_OK)
        db_queue(db, &query_seed_assistant,
                 DB_VALUES(config->openai_base_url, sealed.length ? text_string(&sealed) : NULL, model, digest));
    text_free(&sealed);
    return outcome;
}

enum outcome seed_first(struct db *db, const struct config *config)
{
    db_queue(db, &query_seed_studio, DB_NO_VALUES);
    db_queue(db, &query_seed_welcome, DB_NO_VALUES);
    return config->openai_base_url ? seed_assistant(db, config) : OUTCOME_OK;
}
