#include "fcgi/http/guard.h"

#include "base/clock.h"
#include "base/number.h"
#include "fcgi/http/route.h"
#include "model/api_tokens.h"
#include "model/guards.h"
#include "model/run_tokens.h"
#include "model/token_text.h"

#include <string.h>

/* A token that the database knows by its digest. In it are the user and, of a run, the run. */
static enum outcome identify_stored_token(struct caller *caller, const char *token, enum caller_kind kind)
{
    char ids[2][UUID_SIZE] = {"", ""};
    bool is_run = kind == CALLER_RUN;

    if (!token_text_read(token, is_run ? RUN_TOKEN_PREFIX : API_TOKEN_PREFIX, is_run ? 2 : 1, ids))
        return OUTCOME_UNAUTHENTICATED;
    memcpy(caller->user_id, ids[0], UUID_SIZE);
    memcpy(caller->run_id, ids[1], UUID_SIZE);
    digest_hex(token, caller->token_hash);
    caller->kind = kind;
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
        return identify_stored_token(&request->caller, token, CALLER_API_TOKEN);
    if (strncmp(token, RUN_TOKEN_PREFIX, strlen(RUN_TOKEN_PREFIX)) == 0)
        return identify_stored_token(&request->caller, token, CALLER_RUN);
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

/* Such a read needs no caller, and may come through the door without a token. */
static bool is_public_read(const struct request *request)
{
    return !guard_needs_caller(request) && !request_is_unsafe(request);
}

enum outcome guard_check_door(const struct request *request)
{
    const char *door = request_parameter(request, "COAGENT_RUN"); /* the digits of the run */
    char digits[UUID_DIGITS_SIZE];
    bool is_of_run;

    if (!door || !*door || (is_public_read(request) && request->caller.kind == CALLER_NOBODY))
        return OUTCOME_OK;
    is_of_run = request->caller.kind == CALLER_RUN && strcmp(uuid_digits(request->caller.run_id, digits), door) == 0;
    return is_of_run ? OUTCOME_OK : OUTCOME_UNAUTHENTICATED;
}

enum outcome guard_check_run(const struct request *request)
{
    bool may = request->caller.kind != CALLER_RUN || request->route->by_runs || is_public_read(request);

    return may ? OUTCOME_OK : OUTCOME_DENIED;
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
