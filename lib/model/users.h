/* Accounts: one's own, and everybody's for users who manage users. Documents are JSON text in the first column of the
 * last statement; changes leave rows to announce (push/announce.h). Each function is one pipeline: with what the caller
 * queued before (the guard), one transaction. */
#ifndef COAGENT_USERS_H
#define COAGENT_USERS_H

#include "base/json.h"
#include "model/credentials.h"

/* The caller. */
enum outcome users_own(struct db *db);

/* How much the runs of the caller have stored, and may store. */
enum outcome users_own_storage(struct db *db);

/* Changes the caller's name, handle, theme or e-mail address as the checked body says. Another address needs the body's
 * "current_password", and then it takes two round trips. INVALID with the fault: the password is wrong; LIMITED.
 * CONFLICT: taken, or "version" is stale. */
enum outcome users_edit_own(struct db *db, const struct config *config, const struct origin *origin,
                            struct json_object *body, struct field_fault *fault);

/* Changes the caller's password: two round trips. Ends the caller's other sessions, and the caller's API tokens unless
 * they stay. INVALID with the fault: the current
 * password is wrong, or the new one breaks a rule; LIMITED; CONFLICT: changed meanwhile. */
enum outcome users_set_own_password(struct db *db, const struct config *config, const struct origin *origin,
                                    const char *current, const char *wanted, bool tokens_stay,
                                    struct field_fault *fault);

struct user_filter {
    const char *search; /* in name, e-mail address and handle; NULL: all */
    const char *role;   /* NULL: any */
    const char *state;  /* "enabled", "disabled" or NULL */
};

/* One page of users by the time of their creation. */
enum outcome users_list(struct db *db, const struct user_filter *filter, int limit, const char *cursor);

enum outcome users_get(struct db *db, const char *id);

/* Makes an account from the checked body; its "password" is taken out and hashed before anything else sees it. INVALID
 * with the fault: the password breaks a rule. Two round trips: the guard in the queue is asked before the costly hash,
 * and the caller is proved again after it. */
enum outcome users_create(struct db *db, const struct config *config, const struct origin *origin,
                          struct json_object *body, struct field_fault *fault);

/* Changes what the body has. A new password, another role and disabling end the user's sessions; a new password ends
 * the user's API tokens, too. CONFLICT: the e-mail
 * address or handle is taken, "version" is stale, or it would take away the last administrator. Two round trips when
 * there is a password, as above. */
enum outcome users_edit(struct db *db, const struct config *config, const struct origin *origin, const char *id,
                        struct json_object *body, struct field_fault *fault);

/* Removes the account; the principal stays as a tombstone. Its rooms pass on to the oldest member. */
enum outcome users_delete(struct db *db, const char *id);

#endif
