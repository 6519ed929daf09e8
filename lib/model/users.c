#include "model/users.h"

#include "base/number.h"
#include "queries.h"

#include <string.h>
#include <strings.h>

enum outcome users_own(struct db *db)
{
    return db_do(db, &query_user_own, DB_NO_VALUES);
}

/* The change itself, behind the guard or behind the context of a proved password. */
static enum outcome change_own(struct db *db, struct json_object *body)
{
    const char *changes = json_object_to_json_string(body);
    db_queue(db, &query_user_check_own_names, DB_VALUES(changes));
    db_queue(db, &query_user_change_own, DB_VALUES(changes));
    return db_do(db, &query_user_own, DB_NO_VALUES);
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

enum outcome users_change_own(struct db *db, const struct config *config, const struct origin *origin,
                              struct json_object *body, struct field_fault *fault)
{
    struct credentials credentials;
    struct json_object *password = json_object_get(json_member(body, "current_password"));
    enum outcome outcome = OUTCOME_OK;
    json_object_object_del(body, "current_password"); /* the audit log keeps the body */
    if (json_member(body, "email") && password) {
        outcome =
            prove_own(db, config, origin, "profile.change", json_object_get_string(password), &credentials, fault);
        if (outcome == OUTCOME_OK) {
            context_queue(db, credentials.user_id, origin);
            db_queue(db, &query_throttle_clear_account, DB_NO_VALUES);
        }
    } else {
        db_queue(db, &query_user_check_same_email, DB_VALUES(json_text(body, "email")));
    }
    if (outcome == OUTCOME_OK)
        outcome = change_own(db, body);
    json_object_put(password);
    return outcome;
}

enum outcome users_change_password(struct db *db, const struct config *config, const struct origin *origin,
                                   const char *current, const char *wanted, const char *keep, struct field_fault *fault)
{
    struct credentials credentials;
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = prove_own(db, config, origin, "profile.password", current, &credentials, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = make_hash(config, wanted, NULL, "new_password", hash, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    context_queue(db, credentials.user_id, origin);
    db_queue(db, &query_throttle_clear_account, DB_NO_VALUES);
    outcome = db_do(db, &query_user_change_password, DB_VALUES(credentials.hash, hash, keep));
    explicit_bzero(hash, sizeof hash);
    return outcome == OUTCOME_ABSENT ? OUTCOME_CONFLICT : outcome;
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
 * asked first, so that nobody else makes us work or learns a rule; then the context stands for it. Leaves hash empty
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
        context_queue(db, origin->caller_id, origin);
    return outcome;
}

/* What every change of somebody's account begins with: one at a time, and only what the caller may. */
static void queue_checks(struct db *db, const char *id, const char *changes, bool with_password)
{
    db_queue(db, &query_user_lock_roles, DB_NO_VALUES);
    if (id)
        db_queue(db, &query_user_lock_log_ins, DB_VALUES(id));
    db_queue(db, &query_user_check_change, DB_VALUES(id, changes, with_password ? "true" : "false"));
    db_queue(db, &query_user_check_names, DB_VALUES(id, changes));
}

enum outcome users_create(struct db *db, const struct config *config, const struct origin *origin,
                          struct json_object *body, struct field_fault *fault)
{
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = take_password(db, config, origin, body, hash, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    const char *document = json_object_to_json_string(body);
    queue_checks(db, NULL, document, true);
    return db_do(db, &query_user_create, DB_VALUES(document, hash));
}

enum outcome users_change(struct db *db, const struct config *config, const struct origin *origin, const char *id,
                          struct json_object *body, struct field_fault *fault)
{
    char hash[PASSWORD_HASH_SIZE];
    enum outcome outcome = take_password(db, config, origin, body, hash, fault);
    if (outcome != OUTCOME_OK)
        return outcome;
    const char *changes = json_object_to_json_string(body);
    queue_checks(db, id, changes, hash[0] != '\0');
    if (json_flag(body, "disabled", false))
        db_queue(db, &query_user_stop_runs, DB_VALUES(id, "The user who asked for it was disabled."));
    db_queue(db, &query_user_change, DB_VALUES(id, changes, hash[0] ? hash : NULL));
    return db_do(db, &query_user_get, DB_VALUES(id));
}

enum outcome users_delete(struct db *db, const char *id)
{
    /* To be gone takes as much away as to be disabled. */
    queue_checks(db, id, "{\"disabled\": true}", false);
    db_queue(db, &query_user_stop_runs, DB_VALUES(id, "The user who asked for it was deleted."));
    db_queue(db, &query_user_lock, DB_VALUES(id));
    db_queue(db, &query_user_lock_rooms, DB_VALUES(id));
    db_queue(db, &query_user_close_rooms, DB_VALUES(id));
    db_queue(db, &query_user_leave_rooms, DB_VALUES(id));
    return db_do(db, &query_user_delete, DB_VALUES(id));
}
