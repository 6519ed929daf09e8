#include "fcgi/http/guard.h"

#include "base/clock.h"
#include "fcgi/http/route.h"
#include "model/api_tokens.h"
#include "model/guards.h"
#include "model/run_tokens.h"
#include "model/token_text.h"

#include <string.h>

static enum outcome identify_api_token(struct caller *caller, const char *token)
{
    char ids[1][UUID_SIZE];

    if (!token_text_read(token, API_TOKEN_PREFIX, 1, ids))
        return OUTCOME_UNAUTHENTICATED;
    memcpy(caller->user_id, ids[0], UUID_SIZE);
    digest_hex(token, caller->token_hash);
    caller->kind = CALLER_API_TOKEN;
    return OUTCOME_OK;
}

static enum outcome identify_run(struct caller *caller, const char *token)
{
    char ids[2][UUID_SIZE];

    if (!token_text_read(token, RUN_TOKEN_PREFIX, 2, ids))
        return OUTCOME_UNAUTHENTICATED;
    memcpy(caller->user_id, ids[0], UUID_SIZE);
    memcpy(caller->run_id, ids[1], UUID_SIZE);
    digest_hex(token, caller->token_hash);
    caller->kind = CALLER_RUN;
    return OUTCOME_OK;
}

static enum outcome identify_access_token(struct request *request, const char *token, enum caller_kind kind)
{
    struct token_claims claims = {0};
    struct caller *caller = &request->caller;
    if (access_token_verify(request->config, token, clock_now_ms() / 1000, &claims) != OUTCOME_OK)
        return OUTCOME_UNAUTHENTICATED;
    caller->kind = kind;
    memcpy(caller->user_id, claims.user_id, UUID_SIZE);
    memcpy(caller->session_id, claims.session_id, UUID_SIZE);
    caller->token_expires_at = claims.expires_at;
    return OUTCOME_OK;
}

static enum outcome identify_bearer(struct request *request, const char *token)
{
    if (strncmp(token, API_TOKEN_PREFIX, strlen(API_TOKEN_PREFIX)) == 0)
        return identify_api_token(&request->caller, token);
    if (strncmp(token, RUN_TOKEN_PREFIX, strlen(RUN_TOKEN_PREFIX)) == 0)
        return identify_run(&request->caller, token);
    return identify_access_token(request, token, CALLER_BEARER);
}

enum outcome guard_identify(struct request *request)
{
    const char *header = request_header(request, "Authorization");
    const char *cookie = header ? NULL : request_session_cookie(request, ACCESS_COOKIE);
    enum outcome outcome = OUTCOME_OK;
    if (header) {
        const char *token = strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 + strspn(header + 7, " ") : "";
        outcome = identify_bearer(request, token);
    } else if (cookie) {
        outcome = identify_access_token(request, cookie, CALLER_COOKIE);
    }
    if (outcome != OUTCOME_OK)
        request->caller = (struct caller){.kind = CALLER_NOBODY};
    return outcome;
}

bool guard_needs_caller(const struct request *request)
{
    return request->route->guard.kind != GUARD_PUBLIC;
}

/* The id as the door writes it, without dashes. */
static bool is_run(const char *id, const char *digits)
{
    for (; *id; id++)
        if (*id != '-' && *id != *digits++)
            return false;
    return *digits == '\0';
}

/* Reads that need no caller may come without a token. */
enum outcome guard_check_door(const struct request *request)
{
    const char *door = request_parameter(request, "COAGENT_RUN");
    bool is_public = !guard_needs_caller(request) && !request_is_unsafe(request);

    if (!door || !*door || (is_public && request->caller.kind == CALLER_NOBODY))
        return OUTCOME_OK;
    return request->caller.kind == CALLER_RUN && is_run(request->caller.run_id, door) ? OUTCOME_OK
                                                                                      : OUTCOME_UNAUTHENTICATED;
}

enum outcome guard_check_run(const struct request *request)
{
    bool is_public = !guard_needs_caller(request) && !request_is_unsafe(request);

    return request->caller.kind != CALLER_RUN || request->route->by_runs || is_public ? OUTCOME_OK : OUTCOME_DENIED;
}

enum outcome guard_check_page(const struct request *request)
{
    const char *page = request_header(request, PAGE_HEADER);

    return !page || strcasecmp(page, request->caller.user_id) == 0 ? OUTCOME_OK : OUTCOME_DENIED;
}

enum outcome guard_check_csrf(const struct request *request, const char **why)
{
    if (!request_is_unsafe(request) || request->caller.kind != CALLER_COOKIE)
        return OUTCOME_OK;
    const char *given = request_header(request, "X-CSRF-Token");
    if (given && csrf_check(request->config, request->caller.session_id, given) == OUTCOME_OK)
        return OUTCOME_OK;
    *why = given ? "The X-CSRF-Token is not the one of this session. GET /api/status has it."
                 : "A request with a cookie needs the header X-CSRF-Token. GET /api/status returns the token.";
    return OUTCOME_DENIED;
}

struct guard_claim guard_claim_of(const struct request *request)
{
    return (struct guard_claim){
        .user_id = request->caller.user_id,
        .session_id = request->caller.session_id,
        .token_hash = request->caller.token_hash,
        .scope = request_is_unsafe(request) ? "write" : "read",
        .request_id = request->id,
        .address = request->address,
    };
}

void guard_queue_caller(struct request *request)
{
    struct guard_claim claim = guard_claim_of(request);
    guard_queue_user(request->db, &claim);
}

/* A public route that only reads needs no statement: it may not even ask the database. */
void guard_queue(struct request *request)
{
    const struct guard *guard = &request->route->guard;
    struct guard_claim claim = guard_claim_of(request);
    switch (guard->kind) {
    case GUARD_PUBLIC:
        if (request_is_unsafe(request))
            guard_queue_public(request->db, request->id, request->address);
        break;
    case GUARD_USER: guard_queue_user(request->db, &claim); break;
    case GUARD_PERMISSION: guard_queue_permission(request->db, &claim, guard->argument); break;
    case GUARD_ROOM:
    case GUARD_ROOM_OPEN:
        guard_queue_room(request->db, &claim, request->path_values[0], guard->argument, guard->kind == GUARD_ROOM_OPEN);
        break;
    case GUARD_SCRIPT: guard_queue_script(request->db, &claim, request->path_values[0], guard->argument); break;
    case GUARD_MAPPING: guard_queue_mapping(request->db, &claim, request->path_values[0], guard->argument); break;
    case GUARD_AGENT: guard_queue_agent(request->db, &claim, request->path_values[0], guard->argument); break;
    case GUARD_RUN: guard_queue_run(request->db, &claim, request->path_values[0], guard->argument); break;
    case GUARD_FILE: guard_queue_file(request->db, &claim, request->path_values[0]); break;
    }
}
