/* Registration, log-in, and what keeps a session alive. */
#include "base/clock.h"
#include "fcgi/http/origin.h"
#include "fcgi/http/route.h"
#include "model/sessions.h"
#include "model/users.h"
#include "push/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void register_account(struct request *request);
static void log_in(struct request *request);
static void give_token(struct request *request);
static void refresh(struct request *request);
static void log_out(struct request *request);
static void verify_token(struct request *request);

static const struct field register_fields[] = {
    {"email", FIELD_EMAIL, true, 3, 254, NULL, "The email address to log in with", false},
    {"password", FIELD_SECRET, true, 1, 200, NULL, "At least 10 characters, at most 72 bytes", false},
    {"name", FIELD_NAME, false, 1, 80, NULL, "The name that others see (default: derived from the email address)",
     false},
    {NULL},
};

static const struct field log_in_fields[] = {
    {"email", FIELD_NAME, true, 1, 254, NULL, "The email address of the account", false},
    {"password", FIELD_SECRET, true, 1, 200, NULL, "The password of the account", false},
    {NULL},
};

static const struct field token_fields[] = {
    {"email", FIELD_NAME, false, 1, 254, NULL, "The email address of the account", false},
    {"username", FIELD_NAME, false, 1, 254, NULL, "The email address, under its OAuth 2 name", false},
    {"password", FIELD_SECRET, false, 1, 200, NULL, "The password of the account", false},
    {"refresh_token", FIELD_SECRET, false, 1, 200, NULL, "Instead of a password", false},
    {"grant_type", FIELD_CHOICE, false, 0, 0, "password|refresh_token", "The OAuth 2 grant type; optional", false},
    {"scope", FIELD_LINE, false, 0, 200, NULL, "Accepted and ignored: a session has all permissions of its user",
     false},
    {"client_id", FIELD_LINE, false, 0, 200, NULL, "Accepted and ignored", false},
    {"client_secret", FIELD_SECRET, false, 0, 200, NULL, "Accepted and ignored", false},
    {NULL},
};

static const struct field refresh_fields[] = {
    {"refresh_token", FIELD_SECRET, false, 1, 200, NULL, "For clients without cookies", false},
    {NULL},
};

const struct route auth_routes[] = {
    ROUTE(METHOD_POST, "/auth/register", PUBLIC, POOL_LOGIN, register_fields, NULL, register_account,
          "Create an account and log in", "LogIn", .successes = "201"),
    ROUTE(METHOD_POST, "/auth/login", PUBLIC, POOL_LOGIN, log_in_fields, NULL, log_in, "Log in", "LogIn",
          .problems = "401"),
    ROUTE(METHOD_POST, "/auth/token", PUBLIC, POOL_LOGIN, token_fields, NULL, give_token,
          "Log in without cookies; the response contains the tokens", "Tokens", .form = true, .problems = "401"),
    ROUTE(METHOD_POST, "/auth/refresh", PUBLIC, POOL_LOGIN, refresh_fields, NULL, refresh,
          "Exchange the refresh token for new tokens; without cookies the response contains them", "LogIn|Tokens",
          .problems = "401"),
    ROUTE(METHOD_POST, "/auth/logout", USER, POOL_FAST, NULL, NULL, log_out, "End this session"),
    ROUTE(METHOD_GET, "/auth/verify-token", USER, POOL_FAST, NULL, NULL, verify_token, "The user of the token",
          "VerifiedToken"),
    ROUTE_END,
};

static char *issue_access_token(const struct request *request, const struct grant *grant)
{
    struct token_claims claims = {0};
    memcpy(claims.user_id, grant->user_id, sizeof claims.user_id);
    memcpy(claims.session_id, grant->session_id, sizeof claims.session_id);
    return access_token_issue(request->config, &claims, (int64_t)time(NULL));
}

/* For browsers: the tokens in cookies that scripts cannot read, and after a log-in the cookie of the device. */
static void answer_with_cookies(struct request *request, int status, const struct grant *grant)
{
    char *access_token = issue_access_token(request, grant);
    char *csrf = csrf_token(request->config, grant->session_id);
    struct text body = TEXT_EMPTY;
    respond_session_cookies(request, access_token, grant->refresh_token);
    if (grant->device)
        respond_device_cookie(request, grant->device);
    text_add_format(&body, "{\"user\":%s,\"csrf_token\":\"%s\",\"expires_in\":%d}", grant->user, csrf,
                    request->config->access_token_minutes * 60);
    respond_json(request, status, text_string(&body));
    text_free_secret(&body);
    free(csrf);
    free(access_token);
}

/* For API clients: the tokens in the answer (RFC 6749, section 5.1). */
static void answer_with_tokens(struct request *request, const struct grant *grant)
{
    char *access_token = issue_access_token(request, grant);
    struct text body = TEXT_EMPTY;
    text_add_format(&body,
                    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d,\"refresh_token\":\"%s\"}",
                    access_token, request->config->access_token_minutes * 60, grant->refresh_token);
    respond_json(request, 200, text_string(&body));
    text_free_secret(&body);
    free(access_token);
}

/* A disabled account is told so only to who knows the password. */
static void refuse_log_in(struct request *request, enum outcome outcome)
{
    if (outcome == OUTCOME_DENIED)
        respond_problem(request, OUTCOME_UNAUTHENTICATED, "This account is disabled. Ask an administrator.");
    else if (outcome == OUTCOME_UNAUTHENTICATED)
        respond_problem(request, outcome, "The email address or the password is wrong.");
    else
        respond_problem(request, outcome, NULL);
}

/* POST /api/auth/register {"email","password","name"?}: 201 as log-in; 403 closed, 409 address taken, 422, 429 */
static void register_account(struct request *request)
{
    struct origin origin = request_origin(request);
    struct grant grant = {0};
    struct field_fault fault = {0};
    enum outcome outcome =
        sessions_register(request->db, request->config, &origin, request_field(request, "email"),
                          request_field(request, "name"), request_field(request, "password"), &grant, &fault);
    if (outcome == OUTCOME_OK) {
        respond_header(request, "Location", "/api/profile");
        answer_with_cookies(request, 201, &grant);
    } else {
        respond_fault(request, outcome, &fault);
    }
    grant_free(&grant);
}

/* POST /api/auth/login {"email","password"}: 200 {"user","csrf_token","expires_in"} and cookies; 401, 429 */
static void log_in(struct request *request)
{
    struct origin origin = request_origin(request);
    struct grant grant = {0};
    enum outcome outcome = sessions_log_in(request->db, request->config, &origin, request_field(request, "email"),
                                           request_field(request, "password"), true, &grant);
    if (outcome == OUTCOME_OK)
        answer_with_cookies(request, 200, &grant);
    else
        refuse_log_in(request, outcome);
    grant_free(&grant);
}

/* Exchanges a refresh token; a token that was used before ends the live connections of its session too. */
static enum outcome exchange(struct request *request, const char *refresh_token, struct grant *grant)
{
    struct origin origin = request_origin(request);
    char channel[CHANNEL_SIZE];
    enum outcome outcome = sessions_refresh(request->db, request->config, &origin, refresh_token, grant);
    if (grant->reused)
        close_channel_now(request, channel_name(channel, "u_", grant->user_id));
    return outcome;
}

/* POST /api/auth/token {"email" or "username", "password"} or {"refresh_token"}, JSON or form:
 * 200 {"access_token","token_type","expires_in","refresh_token"}; 401, 422, 429 */
static void give_token(struct request *request)
{
    const char *email =
        request_field(request, "email") ? request_field(request, "email") : request_field(request, "username");
    const char *password = request_field(request, "password");
    const char *refresh_token = request_field(request, "refresh_token");
    struct origin origin = request_origin(request);
    struct grant grant = {0};
    enum outcome outcome;
    if (refresh_token) {
        outcome = exchange(request, refresh_token, &grant);
    } else if (email && password) {
        outcome = sessions_log_in(request->db, request->config, &origin, email, password, false, &grant);
    } else {
        respond_field_error(request, email ? "password" : "email", "Is required.");
        outcome = OUTCOME_INVALID;
    }
    if (outcome == OUTCOME_OK)
        answer_with_tokens(request, &grant);
    else
        refuse_log_in(request, outcome);
    grant_free(&grant);
}

/* POST /api/auth/refresh with the cookie: 200 as log-in; with {"refresh_token"}: 200 as /auth/token.
 * 401: unknown, ended, or used before, which ends the session. The token before the newest one is good once more for
 * ten seconds, for tabs that refresh at once and for answers that are lost: it gets the same answer again. */
static void refresh(struct request *request)
{
    const char *given = request_field(request, "refresh_token");
    const char *token = given ? given : request_session_cookie(request, REFRESH_COOKIE);
    struct grant grant = {0};
    enum outcome outcome = token ? exchange(request, token, &grant) : OUTCOME_UNAUTHENTICATED;
    if (outcome == OUTCOME_OK && given)
        answer_with_tokens(request, &grant);
    else if (outcome == OUTCOME_OK)
        answer_with_cookies(request, 200, &grant);
    else if (outcome == OUTCOME_UNAUTHENTICATED && !given)
        respond_session_end(request, false);
    if (outcome != OUTCOME_OK)
        respond_problem(request, outcome,
                        outcome == OUTCOME_UNAUTHENTICATED ? "The session has ended. Log in again." : NULL);
    grant_free(&grant);
}

/* POST /api/auth/logout: 204; the session ends everywhere at once. 403 with an API token, which has none */
static void log_out(struct request *request)
{
    if (request->caller.kind == CALLER_API_TOKEN) {
        respond_problem(request, OUTCOME_DENIED, "An API token has no session to end. Revoke the token instead.");
        return;
    }
    enum outcome outcome = sessions_revoke(request->db, request->caller.session_id, "logout");
    respond_ended(request, outcome, 204);
    if (answer_status(request->answer) == 204)
        respond_session_end(request, request->caller.kind == CALLER_COOKIE);
}

/* GET /api/auth/verify-token: 200 {"valid":true,"user","session_id","expires_at"}; 401 */
static void verify_token(struct request *request)
{
    struct text body = TEXT_EMPTY;
    char expires[CLOCK_TEXT_SIZE + 2] = "null";
    char session[UUID_SIZE + 2] = "null";
    char instant[CLOCK_TEXT_SIZE];
    enum outcome outcome = users_own(request->db);
    if (outcome != OUTCOME_OK) {
        respond_problem(request, outcome, NULL);
        return;
    }
    if (request->caller.kind != CALLER_API_TOKEN) {
        snprintf(expires, sizeof expires, "\"%s\"", clock_format(request->caller.token_expires_at * 1000, instant));
        snprintf(session, sizeof session, "\"%s\"", request->caller.session_id);
    }
    text_add_format(&body, "{\"valid\":true,\"user\":%s,\"session_id\":%s,\"expires_at\":%s}",
                    db_value(request->db, 0, 0), session, expires);
    respond_json(request, 200, text_string(&body));
    text_free(&body);
}
