/* Authentication and authorisation. The claims of the token are checked here without the database; the rest is a
 * statement that stands first in the pipeline. */
#ifndef COAGENT_GUARD_H
#define COAGENT_GUARD_H

#include "fcgi/http/request.h"
#include "model/guards.h"

/* The user for whom the page that sends a request was loaded. */
#define PAGE_HEADER "X-Page-User"

/* Reads the caller from "Authorization: Bearer" or the cookie auth_token: an access token (its signature and expiry
 * are checked), an API token or the token of a run (its shape is). OK also when there is no token; UNAUTHENTICATED when
 * there is one that is no good, and then the caller is nobody. */
enum outcome guard_identify(struct request *request);

/* Whether the route's guard asks for a caller. */
bool guard_needs_caller(const struct request *request);

/* DENIED with a sentence in *why unless an unsafe request that is authenticated by its cookie carries the session's
 * CSRF token. */
enum outcome guard_check_csrf(const struct request *request, const char **why);

/* Queues the route's guard. The router does it before the handler; a handler that needs a second transaction calls it
 * again, because what the guard sets (the caller, the request) ends with the first. */
void guard_queue(struct request *request);

/* The unverified claims of a request about its caller. Points into the request. */
struct guard_claim guard_claim_of(const struct request *request);

/* Queues the proof of the caller alone, for a path value that cannot be an id. */
void guard_queue_caller(struct request *request);

/* UNAUTHENTICATED for a request through the door of a run (cron/sandbox/door.h) without the token of this very run. */
enum outcome guard_check_door(const struct request *request);

/* DENIED for the token of a run on a route that is not for runs. The token is not proved yet. */
enum outcome guard_check_run(const struct request *request);

/* OK unless the request says whose page it is (X-Page-User) and that is not the caller: somebody else logged in to the
 * same browser, and nothing must happen in their name. */
enum outcome guard_check_page(const struct request *request);

#endif
