#include "fcgi/http/router.h"

#include "base/log.h"
#include "fcgi/answer/cors.h"
#include "fcgi/answer/refusal.h"
#include "fcgi/http/guard.h"
#include "fcgi/http/idempotency.h"
#include "fcgi/http/match.h"
#include "fcgi/input/input.h"
#include "fcgi/pool/counters.h"

#include <string.h>

#define SLOTS_FOR_LOGIN 2 /* of the pool whose routes may wait, unless it has fewer than twice as many */

/* The context of one request. Each step looks at it and returns whether to go on; a step that returns false has
 * answered. */
struct context {
    struct request *request;
    const struct route *const *tables;
    struct match match;
    struct input input;
};

static bool admit_origin(struct context *context)
{
    if (cors_admit(context->request))
        return true;
    respond_problem(context->request, OUTCOME_DENIED, "Requests from this origin are not permitted.");
    return false;
}

static bool find_route(struct context *context)
{
    struct request *request = context->request;
    char methods[METHODS_SIZE];
    context->match = match_route(context->tables, request->method, request->path);
    request->route = context->match.route;
    if (request->route && request->is_fast && request->route->pool != POOL_FAST) {
        log_error("%s reached the wrong pool: the nginx configuration belongs to another version",
                  request->route->path);
        respond_problem(request, OUTCOME_FAILED, NULL);
        return false;
    }
    if (request->route)
        return true;
    if (!context->match.path_known) {
        respond_problem(request, OUTCOME_ABSENT, NULL);
    } else if (strcmp(request->method, "OPTIONS") == 0) {
        cors_preflight(request, match_methods(context->match.methods, methods));
    } else {
        respond_header(request, "Allow", match_methods(context->match.methods, methods));
        respond_refusal(request, 405, "This path does not support this method.");
    }
    return false;
}

static bool identify_caller(struct context *context)
{
    struct request *request = context->request;
    enum outcome outcome = guard_identify(request);
    if (!guard_needs_caller(request) || request->caller.kind != CALLER_NOBODY)
        return true;
    respond_problem(request, OUTCOME_UNAUTHENTICATED,
                    outcome == OUTCOME_OK ? NULL : "This session has ended. Log in again.");
    return false;
}

static bool check_door(struct context *context)
{
    if (guard_check_door(context->request) == OUTCOME_OK)
        return true;
    respond_problem(context->request, OUTCOME_UNAUTHENTICATED,
                    "Here the API takes the token of this run only: Authorization: Bearer $COAGENT_TOKEN.");
    return false;
}

/* Before the CSRF token, which is another one for another session: a page would fetch the new one and go on. */
static bool check_page(struct context *context)
{
    struct request *request = context->request;
    if (!guard_needs_caller(request) || guard_check_page(request) == OUTCOME_OK)
        return true;
    respond_other_user(request);
    return false;
}

static bool check_csrf(struct context *context)
{
    struct request *request = context->request;
    const char *why = NULL;
    if (!guard_needs_caller(request) || guard_check_csrf(request, &why) == OUTCOME_OK)
        return true;
    respond_problem(request, OUTCOME_DENIED, why);
    return false;
}

/* What may take long gets a turn: a caller, that is a user or an API token, has few at once, and all together leave
 * some slots to those who want to log in. */
static bool take_turn(struct context *context)
{
    struct request *request = context->request;
    const struct caller *caller = &request->caller;
    int slots = request->config->pool_wait_slots;
    int most = slots - (slots < 2 * SLOTS_FOR_LOGIN ? slots / 2 : SLOTS_FOR_LOGIN);
    int most_held = most / 2 > 0 ? most / 2 : 1;
    if (request->route->pool != POOL_WAIT || !request->counters)
        return true;
    switch (counters_take_turn(request->counters, request->slot,
                               caller->token_hash[0] ? caller->token_hash : caller->user_id, most_held, most)) {
    case TURN_TAKEN: return true;
    case TURN_HELD:
        respond_problem(request, OUTCOME_LIMITED,
                        "Too many of your requests that take long are in progress. Wait for one of them.");
        return false;
    default: respond_problem(request, OUTCOME_BUSY, NULL); return false;
    }
}

/* Without PostgreSQL only what reads without a caller can be answered: health, the documentation. */
static bool need_database(struct context *context)
{
    struct request *request = context->request;
    if (request->db || (!guard_needs_caller(request) && !request_is_unsafe(request)))
        return true;
    respond_away(request);
    return false;
}

/* The guard speaks first here, too: it knows whether the token is one. */
static bool check_run(struct context *context)
{
    struct request *request = context->request;
    enum outcome outcome = OUTCOME_OK;
    if (guard_check_run(request) == OUTCOME_OK)
        return true;
    guard_queue_caller(request);
    outcome = db_run(request->db);
    respond_problem(request, outcome != OUTCOME_OK ? outcome : OUTCOME_DENIED,
                    outcome != OUTCOME_OK ? NULL : "The token of a run cannot be used for this.");
    return false;
}

/* Input that breaks a rule is told only to those who may use the route: the guard speaks first. */
static bool check_input(struct context *context)
{
    struct request *request = context->request;
    enum outcome guard = OUTCOME_OK;
    bool path_is_valid = match_values(request) == OUTCOME_OK;
    if (path_is_valid && input_read(&context->input, request))
        return true;
    if (guard_needs_caller(request)) {
        if (path_is_valid)
            guard_queue(request);
        else
            guard_queue_caller(request);
        guard = db_run(request->db);
    }
    if (guard != OUTCOME_OK || !path_is_valid)
        respond_problem(request, guard != OUTCOME_OK ? guard : OUTCOME_ABSENT, NULL);
    else
        input_refuse(&context->input, request);
    return false;
}

/* A handler may answer without asking the database; the guard that stands in the queue is run all the same, and what it
 * says comes before whatever the handler has found wrong. */
static void run_handler(struct request *request)
{
    if (request->db)
        guard_queue(request);
    request->route->handle(request);
    enum outcome outcome = request->db ? db_run(request->db) : OUTCOME_OK;
    if (outcome != OUTCOME_OK) {
        answer_reset(request->answer);
        respond_problem(request, outcome, NULL);
    }
}

static bool handle(struct context *context)
{
    struct request *request = context->request;
    if (idempotency_applies(request))
        idempotency_handle(request, text_string(&context->input.body));
    else
        run_handler(request);
    if (answer_status(request->answer) == 0) {
        log_error("%s did not respond", request->route->path);
        respond_problem(request, OUTCOME_FAILED, NULL);
    }
    return true;
}

void router_serve(struct request *request, const struct route *const *tables)
{
    static bool (*const steps[])(struct context *) = {
        admit_origin, find_route,    identify_caller, check_door,  check_page, check_csrf,
        take_turn,    need_database, check_run,       check_input, handle,
    };
    struct context context = {.request = request, .tables = tables};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (!steps[i](&context))
            break;
    if (request_is_unsafe(request))
        request_discard_body(request);
    input_free(&context.input);
}

void router_after(struct request *request)
{
    respond_after(request);
    refusal_audit(request);
}
