#include "fcgi/http/guard.h"

#include "base/clock.h"
#include "fcgi/http/route.h"
#include "model/guards.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define API_TOKEN_PREFIX "coa_"
#define API_TOKEN_HEX 32
#define API_TOKEN_SECRET 43

/* coa_<32 hex digits: the user id without its dashes>_<43 characters of base64url> */
static bool api_token_user(const char *token, char user_id[UUID_SIZE])
{
    const char *hex = token + strlen(API_TOKEN_PREFIX);
    const char *secret = hex + API_TOKEN_HEX + 1;
    if (strlen(token) != strlen(API_TOKEN_PREFIX) + API_TOKEN_HEX + 1 + API_TOKEN_SECRET || secret[-1] != '_')
        return false;
    for (int i = 0; i < API_TOKEN_HEX; i++)
        if (!isxdigit((unsigned char)hex[i]))
            return false;
    for (const char *at = secret; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
            return false;
    snprintf(user_id, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return true;
}

static enum outcome identify_api_token(struct caller *caller, const char *token)
{
    if (!api_token_user(token, caller->user_id))
        return OUTCOME_UNAUTHENTICATED;
    digest_hex(token, caller->token_hash);
    caller->kind = CALLER_API_TOKEN;
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

enum outcome guard_identify(struct request *request)
{
    const char *header = request_header(request, "Authorization");
    const char *cookie = header ? NULL : request_session_cookie(request, ACCESS_COOKIE);
    enum outcome outcome = OUTCOME_OK;
    if (header) {
        const char *token = strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 + strspn(header + 7, " ") : "";
        outcome = strncmp(token, API_TOKEN_PREFIX, strlen(API_TOKEN_PREFIX)) == 0
                      ? identify_api_token(&request->caller, token)
                      : identify_access_token(request, token, CALLER_BEARER);
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
