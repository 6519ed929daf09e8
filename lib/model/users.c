#include "model/users.h"

#include "base/number.h"
#include "queries.h"

#include <string.h>
#include <strings.h>

enum outcome users_own(struct db *db)
{
    return db_do(db, &query_user_own, DB_NO_VALUES);
}

enum outcome users_own_storage(struct db *db)
{
    return db_do(db, &query_user_own_storage, DB_NO_VALUES);
}

/* The caller's own password, which is a field of a form here: a wrong one is that field's fault. */
static enum outcome prove_own(struct db *db, const struct config *config, const struct origin *origin,
                              const char *action, const char *password, struct credentials *credentials,
                              struct field_fault *fault)
{
    enum outcome outcome = credentials_prove(db, config, origin, action, NULL, password, credentials);
    if (credentials->wrong) {
        *fault = (struct field_fault){"current_password", "This is not your password."};
        return outcome == OUTCOME_UNAUTHENTICATED ? OUTCOME_INVALID : outcome;
    }
    return outcome;
}

/* The policy, then the hash. */
static enum outcome make_hash(const struct config *config, const char *password, const char *email, const char *field,
                              char hash[PASSWORD_HASH_SIZE], struct field_fault *fault)
{
    enum outcome outcome = password_check_policy(password, email, &fault->sentence);
    if (outcome == OUTCOME_OK)
        return password_hash(password, config->bcrypt_cost, hash);
    fault->field = field;
    return outcome;
}

enum outcome users_edit_own(struct db *db, const struct config *config, const struct origin *origin,
                            struct json_object *body, struct field_fault *fault)
{
    struct credentials credentials;
    struct json_object *password = json_object_get(json_member(body, "current_password"));
    bool proved = json_member(body, "email") && password;
    enum outcome outcome = OUTCOME_OK;
    json_object_object_del(body, "current_password"); /* the audit log keeps the body */
    if (proved) {
        outcome =
            prove_own(db, config, origin, "profile.change", json_object_get_string(password), &credentials, fault);
        if (outcome == OUTCOME_OK) {
            caller_queue(db, origin);
            credentials_queue_clear(db, origin, NULL, &credentials);
        }
    }
    if (outcome == OUTCOME_OK)
        outcome =
            db_do(db, &query_profile_edit, DB_VALUES(json_object_to_json_string(body), proved ? "true" : "false"));
    json_object_put(password);
    return outcome;
}

enum outcome users_set_own_password(struct db *db, const struct config *config, const struct origin *origin,
                                    const char *current, const char *wanted, bool tokens_stay,
                                    struct field_fault *fault)
{
    struct credentials credentials;
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = prove_own(db, config, origin, "profile.password", current, &credentials, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = make_hash(config, wanted, NULL, "new_password", hash, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    caller_queue(db, origin);
    credentials_queue_clear(db, origin, NULL, &credentials);
    outcome = db_do_held(db, &query_profile_set_password,
                         DB_VALUES(credentials.hash, hash, origin->claim.session_id, tokens_stay ? "true" : "false"));
    explicit_bzero(hash, sizeof hash);
    return outcome;
}

enum outcome users_list(struct db *db, const struct user_filter *filter, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];
    number_text(limit, most);
    return db_do(db, &query_user_list, DB_VALUES(most, cursor, filter->search, filter->role, filter->state));
}

enum outcome users_get(struct db *db, const char *id)
{
    return db_do(db, &query_user_get, DB_VALUES(id));
}

/* Hashes the body's password and takes it out: the rest of the body goes to the audit log. The guard in the queue is
 * asked first, so that nobody else makes us work or learns a rule; then the caller is proved again. Leaves hash empty
 * when there is no password. */
static enum outcome take_password(struct db *db, const struct config *config, const struct origin *origin,
                                  struct json_object *body, char hash[PASSWORD_HASH_SIZE], struct field_fault *fault)
{
    const char *password = json_text(body, "password");
    hash[0] = '\0';
    if (!password)
        return OUTCOME_OK;
    enum outcome outcome = db_run(db);
    if (outcome == OUTCOME_OK)
        outcome = make_hash(config, password, json_text(body, "email"), "password", hash, fault);
    json_object_object_del(body, "password");
    if (outcome == OUTCOME_OK)
        caller_queue(db, origin);
    return outcome;
}

enum outcome users_create(struct db *db, const struct config *config, const struct origin *origin,
                          struct json_object *body, struct field_fault *fault)
{
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = take_password(db, config, origin, body, hash, fault);
    if (outcome == OUTCOME_OK)
        outcome = db_do(db, &query_user_create, DB_VALUES(json_object_to_json_string(body), hash));
    return outcome;
}

enum outcome users_edit(struct db *db, const struct config *config, const struct origin *origin, const char *id,
                        struct json_object *body, struct field_fault *fault)
{
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = take_password(db, config, origin, body, hash, fault);
    if (outcome == OUTCOME_OK)
        outcome =
            db_do_held(db, &query_user_edit, DB_VALUES(id, json_object_to_json_string(body), hash[0] ? hash : NULL));
    return outcome;
}

enum outcome users_delete(struct db *db, const char *id)
{
    return db_do_held(db, &query_user_delete, DB_VALUES(id));
}
