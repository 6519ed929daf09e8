#include "model/sessions.h"

#include "base/number.h"
#include "base/secretbox.h"
#include "queries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY_BYTES 16
#define FAMILY_LENGTH 22 /* in base64url */
#define REFRESH_MOST 200
#define DEVICE_BYTES 32

static void wipe(char *string)
{
    if (string)
        explicit_bzero(string, strlen(string));
    free(string);
}

void grant_free(struct grant *grant)
{
    wipe(grant->refresh_token);
    wipe(grant->device);
    *grant = (struct grant){0};
}

/* "<family>.<random>" */
static char *make_refresh_token(void)
{
    char *family = random_token(FAMILY_BYTES);
    char *secret = random_token(32);
    char *token = text_format("%s.%s", family, secret);
    explicit_bzero(secret, strlen(secret));
    free(family);
    free(secret);
    return token;
}

/* The next token of the family is derived from this one, so that whoever asks twice gets the same one twice: an answer
 * that is lost on its way costs nobody the session. Without SECRET_KEY it is as unknown as a random one. */
static char *make_successor(const struct config *config, const char *token)
{
    unsigned char digest[KEYED_DIGEST_BYTES];
    struct text successor = TEXT_EMPTY;
    keyed_digest(config->secret_key, "refresh", token, digest);
    text_add_bytes(&successor, token, FAMILY_LENGTH);
    text_add_char(&successor, '.');
    for (size_t i = 0; i < sizeof digest; i++)
        text_add_format(&successor, "%02x", digest[i]);
    explicit_bzero(digest, sizeof digest);
    return successor.bytes;
}

static void digest_family(const char *token, char digest[DIGEST_SIZE])
{
    char family[FAMILY_LENGTH + 1];
    snprintf(family, sizeof family, "%s", token);
    digest_hex(family, digest);
}

/* A browser in which the user has logged in before keeps its cookie; another one gets a new one. */
static void choose_device(const char *given, bool is_fresh, struct grant *grant)
{
    if (is_fresh || !grant->device)
        return;
    wipe(grant->device);
    grant->device = text_format("%s", given);
}

/* Queues the session of the caller whom the context names, and runs everything. The last statement. */
static enum outcome start_session(struct db *db, const struct config *config, const struct origin *origin,
                                  const char *hash, bool keeps_device, struct grant *grant)
{
    char family_hash[DIGEST_SIZE], refresh_hash[DIGEST_SIZE], days[NUMBER_TEXT_SIZE];
    char given[DIGEST_SIZE], fresh[DIGEST_SIZE];
    grant->refresh_token = make_refresh_token();
    grant->device = keeps_device ? random_token(DEVICE_BYTES) : NULL;
    device_digest(origin->device, given);
    device_digest(keeps_device ? grant->device : "", fresh);
    digest_family(grant->refresh_token, family_hash);
    digest_hex(grant->refresh_token, refresh_hash);
    number_text(config->refresh_token_days, days);
    enum outcome outcome =
        db_do(db, &query_session_start,
              DB_VALUES(family_hash, refresh_hash, days, origin->agent, "auth.login", hash, given, fresh));
    if (outcome != OUTCOME_OK)
        return outcome;
    snprintf(grant->session_id, sizeof grant->session_id, "%s", db_value(db, 0, 0));
    snprintf(grant->user_id, sizeof grant->user_id, "%s", db_value(db, 0, 1));
    grant->user = db_value(db, 0, 2);
    choose_device(origin->device, strcmp(db_value(db, 0, 3), "t") == 0, grant);
    return OUTCOME_OK;
}

enum outcome sessions_log_in(struct db *db, const struct config *config, const struct origin *origin, const char *email,
                             const char *password, bool keeps_device, struct grant *grant)
{
    struct credentials credentials;
    char renewed[PASSWORD_HASH_SIZE] = "";
    enum outcome outcome = credentials_prove(db, config, origin, "auth.login", email, password, &credentials);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (credentials.disabled) {
        outcome = credentials_refuse(db, origin, "auth.login", email, "disabled", &credentials);
        return outcome == OUTCOME_OK ? OUTCOME_DENIED : outcome;
    }
    if (password_is_outdated(password, credentials.hash, config->bcrypt_cost) &&
        password_hash(password, config->bcrypt_cost, renewed) != OUTCOME_OK)
        return OUTCOME_FAILED;
    context_queue(db, credentials.user_id, origin);
    credentials_queue_clear(db, origin, email, &credentials);
    if (renewed[0])
        db_queue(db, &query_user_rehash, DB_VALUES(credentials.hash, renewed));
    outcome = start_session(db, config, origin, renewed[0] ? renewed : credentials.hash, keeps_device, grant);
    return outcome == OUTCOME_ABSENT ? OUTCOME_UNAUTHENTICATED : outcome;
}

/* An address that is taken is told, so asking for many of them counts like failed log-ins. */
static enum outcome count_taken(struct db *db, const struct origin *origin)
{
    struct db_failure failure = *db_failure(db);
    enum outcome outcome = db_do(db, &query_throttle_count_address, DB_VALUES(origin->claim.address));
    if (outcome != OUTCOME_OK)
        return outcome;
    db_recall_failure(db, &failure);
    return OUTCOME_CONFLICT;
}

enum outcome sessions_register(struct db *db, const struct config *config, const struct origin *origin,
                               const char *email, const char *name, const char *password, struct grant *grant,
                               struct field_fault *fault)
{
    const char *open = config->registration_open ? "true" : "false";
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = password_check_policy(password, email, &fault->sentence);
    if (outcome != OUTCOME_OK) {
        fault->field = "password";
        return outcome;
    }
    /* Asked before the costly hash; the table keeps an address from being taken meanwhile. */
    db_queue(db, &query_throttle_check_address, DB_VALUES(origin->claim.address));
    outcome = db_do(db, &query_user_register_check, DB_VALUES(email, open));
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_CONFLICT ? count_taken(db, origin) : outcome;
    if (password_hash(password, config->bcrypt_cost, hash) != OUTCOME_OK)
        return OUTCOME_FAILED;
    context_queue(db, "", origin);
    db_queue(db, &query_throttle_take_registration, DB_VALUES(origin->claim.address));
    db_queue(db, &query_user_register, DB_VALUES(email, name, hash));
    return start_session(db, config, origin, hash, true, grant);
}

/* Interprets the row of session_refresh. */
static enum outcome read_refreshed(struct db *db, struct grant *grant)
{
    const char *verdict = db_value(db, 0, 0);
    snprintf(grant->session_id, sizeof grant->session_id, "%s", db_value(db, 0, 1));
    snprintf(grant->user_id, sizeof grant->user_id, "%s", db_value(db, 0, 2));
    grant->user = db_value(db, 0, 3);
    grant->reused = strcmp(verdict, "reused") == 0;
    return strcmp(verdict, "rotated") == 0 || strcmp(verdict, "repeated") == 0 ? OUTCOME_OK : OUTCOME_UNAUTHENTICATED;
}

enum outcome sessions_refresh(struct db *db, const struct config *config, const struct origin *origin,
                              const char *refresh_token, struct grant *grant)
{
    char family_hash[DIGEST_SIZE], present_hash[DIGEST_SIZE], next_hash[DIGEST_SIZE], days[NUMBER_TEXT_SIZE];
    size_t length = strlen(refresh_token);
    if (length <= FAMILY_LENGTH || length > REFRESH_MOST || refresh_token[FAMILY_LENGTH] != '.')
        return OUTCOME_UNAUTHENTICATED;
    grant->refresh_token = make_successor(config, refresh_token);
    digest_family(refresh_token, family_hash);
    digest_hex(refresh_token, present_hash);
    digest_hex(grant->refresh_token, next_hash);
    number_text(config->refresh_token_days, days);
    enum outcome outcome =
        db_do(db, &query_session_refresh, DB_VALUES(family_hash, present_hash, next_hash, days, origin->agent));
    if (outcome == OUTCOME_ABSENT)
        return OUTCOME_UNAUTHENTICATED;
    return outcome == OUTCOME_OK ? read_refreshed(db, grant) : outcome;
}

enum outcome sessions_list(struct db *db, const char *current, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_session_list, DB_VALUES(current, most, cursor));
}

enum outcome sessions_revoke(struct db *db, const char *session_id, const char *reason)
{
    return db_do_held(db, &query_session_revoke, DB_VALUES(session_id, reason));
}
