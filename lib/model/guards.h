/* The guards: statements that stand first in a request's pipeline and abort the rest when the caller may not. */
#ifndef COAGENT_MODEL_GUARDS_H
#define COAGENT_MODEL_GUARDS_H

#include "db/db.h"

#include <stdbool.h>

/* The unverified claims of a request about its caller. */
struct guard_claim {
    const char *user_id;
    const char *session_id; /* "" for an API token */
    const char *token_hash; /* "" for a session */
    const char *scope;      /* what an API token must grant: "read" or "write" */
    const char *request_id;
    const char *address; /* "" when unknown */
};

void guard_queue_public(struct db *db, const char *request_id, const char *address);
void guard_queue_user(struct db *db, const struct guard_claim *claim);
void guard_queue_permission(struct db *db, const struct guard_claim *claim, const char *permission);
void guard_queue_room(struct db *db, const struct guard_claim *claim, const char *room, const char *role, bool open);

/* An object, and what for: "see", "edit", "run", "act" or "own" (see struct guard in fcgi/http/route.h). */
void guard_queue_script(struct db *db, const struct guard_claim *claim, const char *script, const char *aim);
void guard_queue_mapping(struct db *db, const struct guard_claim *claim, const char *mapping, const char *aim);
void guard_queue_agent(struct db *db, const struct guard_claim *claim, const char *agent, const char *aim);
void guard_queue_run(struct db *db, const struct guard_claim *claim, const char *run, const char *aim);
void guard_queue_file(struct db *db, const struct guard_claim *claim, const char *file);

#endif
